// Properties draw the same cases in every run, so that a run depends on the commit alone. SEED=<n> draws others.
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env['SEED'] ?? 20_261_122) })
