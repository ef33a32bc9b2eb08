// A plugin of Stryker: texts of the generated reference page (`.describe(…)` of a schema) are no behaviour. That they
// are what the page says is checked by `npm run check:docs`.

type Path = {
  readonly isCallExpression: () => boolean
  readonly node: {
    readonly callee?: { readonly property?: { readonly name?: string } }
    readonly value?: unknown
  }
  readonly parentPath: Path | null
  readonly listKey?: string | null
}

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'descriptions',
    value: {
      shouldIgnore({ parentPath, listKey }: Path): string | undefined {
        const isArgument = listKey === 'arguments' && parentPath?.isCallExpression() === true
        const called = isArgument ? parentPath.node.callee?.property?.name : undefined
        return called === 'describe' ? 'a text of the reference page' : undefined
      },
    },
  },
]
