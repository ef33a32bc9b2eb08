// Attacks H-01 to H-10 behind caddy, as docs/front-ends/ configures it.
import { describeBehind } from './fronts.ts'

describeBehind('caddy', [
  'CL.TE',
  'CL.TE, the coding first',
  'TE folded',
  'TE behind a bare LF',
  'obs-fold',
  'obs-fold by a tab',
  'a header without name',
  'a chunk extension that ends with LF',
  'a chunk extension with CR',
  'a chunk size that ends with LF',
  'a chunk size with a space',
  'a version that is none',
  'another Host beside the authority',
])
