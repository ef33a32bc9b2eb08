// What each tool of the market data server does. A mistake in the arguments that no schema can say is a
// ToolProblem: it becomes a result with `isError`, in words.
import { setTimeout as sleep } from 'node:timers/promises'
import { findMarket, MARKETS, type Market } from './markets.ts'
import { daysFrom, operatingDay, type Hour } from './operating-day.ts'
import { loadOf, priceOf, volumeOf, type Product } from './series.ts'

export type Alert = {
  readonly id: string
  readonly market: string
  readonly direction: string
  readonly threshold: number
  readonly currency: string
  readonly validUntil?: string
  readonly note?: string
}

export type ToolWorld = {
  readonly seed: string
  readonly forecastStepMs: number
  readonly alerts: Alert[]
}

export type ToolCall = {
  readonly args: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal
  readonly progress: (done: number, total: number, message: string) => Promise<void>
}

export type Tool = (world: ToolWorld, call: ToolCall) => object | Promise<object>

export class ToolProblem extends Error {}

const MAX_ALERTS = 1000

export const TOOLS: Readonly<Record<string, Tool>> = {
  list_markets: () => ({
    markets: MARKETS.map(({ market, name, timeZone, currency }) => ({
      market,
      name,
      timeZone,
      currency,
    })),
  }),
  get_prices: ({ seed }, { args }) => {
    const { market, day, hours } = seriesOf(args)
    const product = productOf(args)
    const { currency, timeZone } = market
    const price = (hour: Hour) => ({ ...shown(hour), price: priceOf(seed, market, hour, product) })
    return {
      market: market.market,
      day,
      timeZone,
      unit: `${currency}/MWh`,
      currency,
      product,
      hours: hours.map(price),
    }
  },
  get_load: ({ seed }, { args }) => {
    const { market, day, hours } = seriesOf(args)
    const load = (hour: Hour) => ({ ...shown(hour), load: loadOf(seed, market, hour) })
    const { timeZone } = market
    return { market: market.market, day, timeZone, unit: 'MW', hours: hours.map(load) }
  },
  get_volumes: ({ seed }, { args }) => {
    const { market, day, hours } = seriesOf(args)
    const product = productOf(args)
    const volume = (hour: Hour) => ({ ...shown(hour), ...volumeOf(seed, market, hour, product) })
    const { timeZone } = market
    return { market: market.market, day, timeZone, unit: 'MWh', product, hours: hours.map(volume) }
  },
  forecast_load: forecastLoad,
  set_price_alert: (world, { args }) => {
    const market = marketOf(args)
    const threshold = Number(args['threshold'])
    const cents = threshold * 100
    if (Math.abs(cents - Math.round(cents)) > 1e-6) {
      throw new ToolProblem('threshold has more than two decimals')
    }
    const { validUntil, note } = args
    if (typeof validUntil === 'string') hoursOf(validUntil, market)
    if (world.alerts.length >= MAX_ALERTS) throw new ToolProblem('there are too many alerts')
    const alert: Alert = {
      id: `alert-${world.alerts.length + 1}`,
      market: market.market,
      direction: String(args['direction']),
      threshold,
      currency: market.currency,
      ...(typeof validUntil === 'string' ? { validUntil } : {}),
      ...(typeof note === 'string' ? { note } : {}),
    }
    world.alerts.push(alert)
    return alert
  },
  list_price_alerts: ({ alerts }, { args }) => ({
    alerts: alerts.filter(({ market }) => [undefined, market].includes(args['market'] as string)),
  }),
}

async function forecastLoad(world: ToolWorld, { args, signal, progress }: ToolCall) {
  const { market, day } = seriesOf(args)
  const days = daysFrom(day, Number(args['days']))
  const forecast = []
  for (const [index, each] of days.entries()) {
    // The caller may go away: then the work ends.
    await sleep(world.forecastStepMs, undefined, { signal })
    const loads = hoursOf(each, market).map((hour) => loadOf(world.seed, market, hour))
    const average = Math.round(loads.reduce((sum, load) => sum + load, 0) / loads.length)
    forecast.push({ day: each, peak: Math.max(...loads), average })
    await progress(index + 1, days.length, `load of ${each} is forecast`)
  }
  return { market: market.market, timeZone: market.timeZone, unit: 'MW', days: forecast }
}

function seriesOf(args: Readonly<Record<string, unknown>>) {
  const market = marketOf(args)
  const day = String(args['day'])
  return { market, day, hours: hoursOf(day, market) }
}

function hoursOf(day: string, market: Market) {
  const hours = operatingDay(day, market.timeZone)
  if (hours === undefined) throw new ToolProblem(`there is no day \`${day}\`; days are YYYY-MM-DD`)
  return hours
}

function marketOf(args: Readonly<Record<string, unknown>>): Market {
  const market = findMarket(args['market'])
  if (market === undefined)
    throw new ToolProblem(`there is no market \`${String(args['market'])}\``)
  return market
}

function productOf(args: Readonly<Record<string, unknown>>): Product {
  return args['product'] === 'intraday' ? 'intraday' : 'day-ahead'
}

function shown({ hour, start }: Hour) {
  return { hour, start }
}
