// From when on the clocks of issuer and gateway differ too much (F-12): beyond the leeway of a minute good tokens are
// refused, and from five seconds on somebody should know.

export const SKEW_WARN_MS = 5_000
export const SKEW_DOWN_MS = 60_000
