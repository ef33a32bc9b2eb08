// Attacks H-01 to H-10 behind haproxy, as docs/front-ends/ configures it.
import { describeBehind } from './fronts.ts'

describeBehind('haproxy', [
  'TE "chunked,"',
  'obs-fold',
  'obs-fold by a tab',
  'a chunk extension that ends with LF',
  'a chunk size that ends with LF',
  'a chunk size with a space',
  'chunk data that ends with LF',
  'a version that is none',
  'another Host beside the authority',
])
