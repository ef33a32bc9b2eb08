// What a verification cannot show, in words: what nobody signed, what was not given to it, what is not there any more.

/** As `VerifiedFile` has it. */
type Log = {
  readonly records: number
  readonly pruned: number
  readonly covered: number
  readonly witnessed?: number
}

export type Given = {
  /** The key comes from the folder that it is to protect. */
  readonly keyFromFolder: boolean
  /** Checkpoints that were kept elsewhere, and keys of witnesses. */
  readonly elsewhere: boolean
  readonly witness: boolean
  /** Logs whose side files are not there, and persons of whom no record says that they were to be erased. */
  readonly withoutSide: number
  readonly unordered: number
}

export function limitsOf(logs: readonly Log[], given: Given): readonly string[] {
  const { keyFromFolder, elsewhere, witness, withoutSide, unordered } = given
  const uncovered = logs.reduce(
    (sum, { covered, records, pruned }) => sum + Math.max(0, records + pruned - covered),
    0,
  )
  const unseen = logs.reduce(
    (sum, { covered, witnessed = covered }) => sum + Math.max(0, covered - witnessed),
    0,
  )
  const isCovered = logs.some(({ covered }) => covered > 0)
  const limits: readonly (readonly [isOne: boolean, words: string])[] = [
    [
      uncovered > 0,
      `no checkpoint covers the last ${uncovered} records: a tail that was cut off there, at the end of a line, is not found`,
    ],
    [
      uncovered > 0,
      'a record among them that was replaced together with its leaf hash is not found',
    ],
    [
      isCovered && keyFromFolder,
      'the key that signed the checkpoints was taken from the folder itself: give the one that you kept with --key',
    ],
    [unseen > 0, `the witnesses have not seen ${unseen} records under checkpoints`],
    [
      !elsewhere && !witness,
      'whoever holds the key and the disk can write all of it anew: give a checkpoint that was kept elsewhere with --checkpoint, or the key of a witness with --witness',
    ],
    [
      !elsewhere && witness,
      'whoever holds the disk can cut a log back to any checkpoint that the witnesses saw, and remove whole logs: give a checkpoint that was kept elsewhere with --checkpoint',
    ],
    [withoutSide > 0, `who records are about: the side files of ${withoutSide} logs are not here`],
    [
      unordered > 0,
      `that ${unordered} persons were erased by order: what says so is not here, it may have been pruned`,
    ],
  ]
  return limits.flatMap(([isOne, words]) => (isOne ? [words] : []))
}
