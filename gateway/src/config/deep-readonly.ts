// A value of the configuration is frozen: its type says so at every depth.

export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T
