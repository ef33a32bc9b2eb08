// What Acme's people look things up in: power contracts with three counterparties, and how settlement works.
export type Document = {
  readonly id: string
  readonly title: string
  readonly kind: 'contract' | 'guide' | 'note'
  readonly counterparty?: string
  readonly text: string
}

export const COMPANY_DOCUMENTS: readonly Document[] = [
  {
    id: 'contract-northwind-2025',
    title: 'Northwind Energy Supply: base load, 2025–2027',
    kind: 'contract',
    counterparty: 'Northwind',
    text: `Acme Energy buys 25 MW base load, delivered in DE-LU, every hour of the year.
Price: 71.40 EUR/MWh, fixed. Imbalance is the seller's.
Invoices: monthly, within ten working days, per operating day in market time. Days of 23 and 25 hours are delivered and invoiced as such.
Disputes: in writing within 30 days of the invoice, with the intervals in question.`,
  },
  {
    id: 'contract-southgrid-2024',
    title: 'Southgrid Trading: peak load, 2024–2026',
    kind: 'contract',
    counterparty: 'Southgrid',
    text: `Acme Energy buys 10 MW peak load (hours 9 to 20, Monday to Friday), delivered in FR.
Price: day-ahead plus 1.85 EUR/MWh.
Invoices: weekly. Corrections follow the resettlement of the market operator and are netted with the next invoice.
Disputes: within 20 working days.`,
  },
  {
    id: 'contract-helios-2026',
    title: 'Helios Solar: pay as produced, 2026–2035',
    kind: 'contract',
    counterparty: 'Helios',
    text: `Acme Energy takes the whole output of the park at Altmoor (42 MWp), as produced.
Price: 48.20 EUR/MWh, no payment in hours of negative day-ahead price.
Metered volumes are those of the grid operator; provisional values are replaced within 42 days.
Invoices: monthly, on provisional values, with a true-up after 60 days.`,
  },
  {
    id: 'guide-settlement-versions',
    title: 'Settlement versions: initial, final, true-up, resettlement',
    kind: 'guide',
    text: `A statement for one operating day is published several times. Initial: after 5 days, on provisional volumes. Final: after 55 days. True-up: after 180 days. Resettlement: whenever the operator corrects an error.
The latest version of a day replaces the earlier ones as a whole. An invoice names the version that it was made from; differences between versions are netted, never paid twice.`,
  },
  {
    id: 'guide-clock-changes',
    title: 'Days of 23 and 25 hours',
    kind: 'guide',
    text: `When clocks go forward the day has 23 hours: hour 3 does not exist. When they go back it has 25: hour 3 occurs twice, as 3A and 3B.
Hours are numbered in market time. Never match hours by their clock label on these two days: match by start in UTC.`,
  },
  {
    id: 'guide-disputes',
    title: 'How to dispute an invoice',
    kind: 'guide',
    text: `State the counterparty, the invoice, the operating days and intervals, what was billed and what was settled, and the value of the difference.
Attach the statement and its version. Amounts up to 500 EUR are netted with the next invoice; above that a controller signs the dispute.`,
  },
]
