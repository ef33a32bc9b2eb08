// A preload for whole runs (attacks P-06): nothing can be put on the prototypes that every object has, in this process or
// in any that it starts. A property that an object of its own may override stays one that it may: frozen plainly, even
// `this.toString = …` of a class would fail, which says nothing about pollution.
const SHARED: readonly { readonly prototype: object }[] = [
  Object,
  Array,
  Function,
  String,
  Number,
  Map,
  Set,
  Promise,
  RegExp,
  Error,
]

for (const { prototype } of SHARED) {
  for (const name of Reflect.ownKeys(prototype)) {
    const property = Object.getOwnPropertyDescriptor(prototype, name)
    if (property?.configurable !== true || !('value' in property)) continue
    const { value, enumerable = false } = property
    Object.defineProperty(prototype, name, {
      enumerable,
      configurable: false,
      get: () => value as unknown,
      set(this: object, own: unknown) {
        if (this === prototype) throw new TypeError(`${String(name)} of a prototype is overwritten`)
        Object.defineProperty(this, name, {
          value: own,
          writable: true,
          enumerable: true,
          configurable: true,
        })
      },
    })
  }
  Object.freeze(prototype)
}
