// A table as CSV (RFC 4180) for spreadsheets. A cell that a spreadsheet would take for a formula gets an apostrophe
// before it, which it shows as text: names of people and tools come from outside (OWASP, CSV injection).

export function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('')
}

const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/

function cellText(cell: string): string {
  const text = FORMULA.test(cell) ? `'${cell}` : cell
  return /[",\r\n;\t']|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
