// A table for people: columns padded by what the terminal shows, the last one not. Data for programs is JSON.
import { plainLine } from './plain-text.ts'

/** Lines of the table, each ended, each after `indent`. Cells are stripped here, so that no caller can forget it. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const cells = rows.map((row) => row.map(plainLine))
  const widths: number[] = []
  for (const row of cells) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    }
  }
  return cells
    .map(
      (row) => `${indent}${row.map((cell, column) => pad(cell, column, row, widths)).join('  ')}\n`,
    )
    .join('')
}

function pad(
  cell: string,
  column: number,
  row: readonly string[],
  widths: readonly number[],
): string {
  if (column === row.length - 1) return cell
  return cell + ' '.repeat((widths[column] ?? 0) - cell.length)
}
