// The markets that Acme trades on.

export type Market = {
  readonly market: string
  readonly name: string
  readonly timeZone: string
  readonly currency: string
  /** Average price per MWh and average load, the middle around which the series move. */
  readonly basePrice: number
  readonly baseLoadMw: number
  /** Share of solar power: presses prices at noon, below zero on sunny weekends. */
  readonly solar: number
}

export const MARKETS: readonly Market[] = [
  {
    market: 'DE-LU',
    name: 'Germany and Luxembourg',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    basePrice: 82,
    baseLoadMw: 54_000,
    solar: 0.9,
  },
  {
    market: 'GB',
    name: 'Great Britain',
    timeZone: 'Europe/London',
    currency: 'GBP',
    basePrice: 74,
    baseLoadMw: 31_000,
    solar: 0.35,
  },
  {
    market: 'PJM-WEST',
    name: 'PJM Western Hub',
    timeZone: 'America/New_York',
    currency: 'USD',
    basePrice: 41,
    baseLoadMw: 88_000,
    solar: 0.25,
  },
  {
    market: 'ERCOT-NORTH',
    name: 'ERCOT North',
    timeZone: 'America/Chicago',
    currency: 'USD',
    basePrice: 36,
    baseLoadMw: 51_000,
    solar: 0.6,
  },
]

export const MARKET_IDS: readonly string[] = MARKETS.map(({ market }) => market)

export function findMarket(id: unknown): Market | undefined {
  return MARKETS.find(({ market }) => market === id)
}
