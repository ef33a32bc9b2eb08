import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { networkOf } from '../../src/net/addresses.ts'

test('policy-audit §4: of an IPv6 address the budget is that of its network of 64 bits', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const address = ipaddr.parse(text) as ipaddr.IPv6
      const network = address.parts.slice(0, 4).map((part) => part.toString(16))
      // As the kernel writes it.
      fc.pre(!address.isIPv4MappedAddress())
      expect(networkOf(address.toRFC5952String())).toBe(network.join(':'))
    }),
  )
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:db8::1:2:3:4:5', '2001:db8:0:1'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['', ''],
])('the network of `%s` is `%s`', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
