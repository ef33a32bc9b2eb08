// TLS towards others: the certificate is verified, whatever the environment says. A variable
// (`NODE_TLS_REJECT_UNAUTHORIZED=0`) would else switch it off for keys of issuers and for targets alike, without
// a setting that names it.

export const VERIFIED_TLS = { rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const
