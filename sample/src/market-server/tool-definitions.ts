// What the market data server offers, as it goes on the wire (MCP 2026-07-28, server/tools): JSON Schemas of
// arguments and results, units and time zones in the results. Plain data; what the tools do is in tools.ts.
import { MARKET_IDS } from './markets.ts'

export type JsonSchema = { readonly [keyword: string]: unknown }
export type ToolDefinition = {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: JsonSchema & { readonly type: 'object' }
  readonly outputSchema: JsonSchema & { readonly type: 'object' }
  readonly annotations: {
    readonly readOnlyHint: boolean
    readonly idempotentHint: boolean
    readonly openWorldHint: false
  }
}

const text = (description: string) => ({ type: 'string', description })
const number = (description: string) => ({ type: 'number', description })
const market = { type: 'string', enum: MARKET_IDS, description: 'Market, as list_markets names it' }
const day = {
  type: 'string',
  format: 'date',
  description: 'Operating day, YYYY-MM-DD, market time',
}
const product = { type: 'string', enum: ['day-ahead', 'intraday'], description: 'What was traded' }

const reading = { readOnlyHint: true, idempotentHint: true, openWorldHint: false } as const
const writing = { readOnlyHint: false, idempotentHint: false, openWorldHint: false } as const

function object(properties: JsonSchema, required: readonly string[] = Object.keys(properties)) {
  return { type: 'object', properties, required, additionalProperties: false } as const
}

function series(item: JsonSchema, more: JsonSchema = {}) {
  const hour = { type: 'integer', minimum: 1, maximum: 25, description: 'Hour of the day' }
  const start = text('Start of the hour, local time with offset')
  const hours = { type: 'array', items: object({ hour, start, ...item }) }
  return object({
    market,
    day,
    timeZone: text('IANA time zone'),
    unit: text('Unit'),
    ...more,
    hours,
  })
}

const alert = object(
  {
    id: text('Id of the alert'),
    market,
    direction: { type: 'string', enum: ['above', 'below'] },
    threshold: number('Price per MWh in the currency of the market'),
    currency: text('ISO 4217'),
    validUntil: { type: 'string', format: 'date', description: 'Last day on which it is watched' },
    note: text('Words of who set it'),
  },
  ['id', 'market', 'direction', 'threshold', 'currency'],
)

export const TOOL_DEFINITIONS: readonly ToolDefinition[] = [
  {
    name: 'list_markets',
    title: 'List markets',
    description: 'The markets that there are data of, with time zone and currency.',
    inputSchema: object({}),
    outputSchema: object({
      markets: {
        type: 'array',
        items: object({
          market,
          name: text('Name'),
          timeZone: text('IANA time zone'),
          currency: text('ISO 4217'),
        }),
      },
    }),
    annotations: reading,
  },
  {
    name: 'get_prices',
    title: 'Get prices',
    description:
      'Hourly prices of a market and an operating day. A day on which clocks change has 23 or 25 hours.',
    inputSchema: object({ market, day, product }, ['market', 'day']),
    outputSchema: series(
      { price: number('Price of the hour') },
      { currency: text('ISO 4217'), product },
    ),
    annotations: reading,
  },
  {
    name: 'get_load',
    title: 'Get load',
    description: 'Average load of each hour of an operating day, in MW.',
    inputSchema: object({ market, day }),
    outputSchema: series({ load: number('Average load of the hour') }),
    annotations: reading,
  },
  {
    name: 'get_volumes',
    title: 'Get traded volumes',
    description: 'Energy bought and sold in each hour of an operating day, in MWh.',
    inputSchema: object({ market, day, product }, ['market', 'day']),
    outputSchema: series(
      { bought: number('Energy bought'), sold: number('Energy sold') },
      { product },
    ),
    annotations: reading,
  },
  {
    name: 'forecast_load',
    title: 'Forecast load',
    description:
      'Peak and average load of the days ahead. Takes a moment and reports its progress.',
    inputSchema: object({
      market,
      day,
      days: { type: 'integer', minimum: 1, maximum: 7, description: 'How many days, from day on' },
    }),
    outputSchema: object({
      market,
      timeZone: text('IANA time zone'),
      unit: text('Unit'),
      days: {
        type: 'array',
        items: object({
          day,
          peak: number('Highest hour'),
          average: number('Average of all hours'),
        }),
      },
    }),
    annotations: reading,
  },
  {
    name: 'set_price_alert',
    title: 'Set a price alert',
    description: 'Asks to be told when the price of a market goes above or below a threshold.',
    inputSchema: object(
      {
        market,
        direction: { type: 'string', enum: ['above', 'below'], description: 'Which side counts' },
        threshold: {
          type: 'number',
          minimum: -500,
          maximum: 10_000,
          description: 'Price per MWh in the currency of the market, at most two decimals',
        },
        validUntil: { type: 'string', format: 'date', description: 'Last day, YYYY-MM-DD' },
        note: { type: 'string', maxLength: 200, description: 'A word for whoever reads it' },
      },
      ['market', 'direction', 'threshold'],
    ),
    outputSchema: alert,
    annotations: writing,
  },
  {
    name: 'list_price_alerts',
    title: 'List price alerts',
    description: 'The price alerts that are set.',
    inputSchema: object({ market }, []),
    outputSchema: object({ alerts: { type: 'array', items: alert } }),
    annotations: reading,
  },
]
