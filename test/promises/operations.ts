// What a gateway says of itself on its listener for operations.

type Check = { readonly name: string; readonly state: string; readonly reason?: string }
export type Readiness = { readonly status: number; readonly checks: readonly Check[] }

export async function readiness(operationsPort: number): Promise<Readiness> {
  const response = await fetch(`http://127.0.0.1:${operationsPort}/readyz`)
  const { checks } = (await response.json()) as { checks: readonly Check[] }
  return { status: response.status, checks }
}

/** The first sample of a metric; `undefined`: it is not there. */
export async function metric(operationsPort: number, name: string): Promise<number | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${operationsPort}/metrics`)).text()
  const line = text
    .split('\n')
    .find((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}
