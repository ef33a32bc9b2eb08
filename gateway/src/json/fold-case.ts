// When two member names are one to a decoder that folds case, as some do (attacks M-02).

/** Lower, then upper: takes `ſ` to S and the Kelvin sign to K. */
export function foldCase(name: string): string {
  return name.toLowerCase().toUpperCase()
}
