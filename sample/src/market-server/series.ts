// Made-up market data that is the same each time: a function of the seed, the market and the hour. Prices have
// two decimals, load and volumes are whole or have one; nothing depends on when or in which order one asks.
import { createHash } from 'node:crypto'
import type { Market } from './markets.ts'
import type { Hour } from './operating-day.ts'

export type Product = 'day-ahead' | 'intraday'

export function priceOf(seed: string, market: Market, hour: Hour, product: Product): number {
  const { localHour, weekend } = placeOf(hour)
  const evening = bump(localHour, 19, 3) * 0.45 + bump(localHour, 8, 2.5) * 0.3
  const noon = bump(localHour, 13, 3) * market.solar * (weekend ? 1.5 : 0.8)
  const level = 0.85 + evening - noon - (weekend ? 0.12 : 0)
  const noise =
    spread(seed, market, hour, `price ${product}`) * (product === 'intraday' ? 0.3 : 0.12)
  return round(market.basePrice * (level + noise), 2)
}

export function loadOf(seed: string, market: Market, hour: Hour): number {
  const { localHour, weekend } = placeOf(hour)
  const day = bump(localHour, 13, 6) * 0.28 + bump(localHour, 19, 2) * 0.1
  const noise = spread(seed, market, hour, 'load') * 0.03
  return round(market.baseLoadMw * (0.8 + day - (weekend ? 0.1 : 0) + noise), 0)
}

export function volumeOf(seed: string, market: Market, hour: Hour, product: Product) {
  const share = product === 'day-ahead' ? 0.55 : 0.08
  const middle = loadOf(seed, market, hour) * share
  const bought = round(middle * (1 + spread(seed, market, hour, `bought ${product}`) * 0.1), 1)
  const sold = round(middle * (1 + spread(seed, market, hour, `sold ${product}`) * 0.1), 1)
  return { bought, sold }
}

function placeOf(hour: Hour) {
  const localHour = Number(hour.start.slice(11, 13))
  const weekday = new Date(`${hour.start.slice(0, 10)}T00:00:00Z`).getUTCDay()
  return { localHour, weekend: weekday === 0 || weekday === 6 }
}

function bump(hour: number, centre: number, width: number) {
  return Math.exp(-(((hour - centre) / width) ** 2))
}

// −1 … 1, the same for the same words.
function spread(seed: string, market: Market, hour: Hour, what: string) {
  const words = `${seed} ${market.market} ${hour.startMs} ${what}`
  const number = createHash('sha256').update(words).digest().readUInt32BE(0)
  return number / 0x8000_0000 - 1
}

function round(value: number, decimals: number) {
  const scale = 10 ** decimals
  // Adding zero turns −0 into 0.
  return Math.round(value * scale) / scale + 0
}
