// HTML by template: every interpolated value is escaped, unless it is itself a piece of HTML made here.

export type Html = { readonly html: string }

/** `html\`<p>${anything}</p>\`` */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = parts[0] ?? ''
  for (const [index, value] of values.entries()) text += render(value) + (parts[index + 1] ?? '')
  return { html: text }
}

type HtmlValue = string | number | Html | readonly Html[] | undefined

function render(value: HtmlValue): string {
  if (value === undefined) return ''
  if (typeof value === 'object') return 'html' in value ? value.html : value.map(render).join('')
  return escape(`${value}`)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/** Foreign text for a page: control and direction characters out, cut at `length` (O-16). */
export function foreignText(text: string, length = 80): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '').trim()
  const characters = Array.from(plain)
  return characters.length <= length ? plain : `${characters.slice(0, length - 1).join('')}…`
}
