// What the scanner can say of a tool (attacks M-11): a closed list of rules, each with its meaning in words. A finding
// is a reason for a person to look, not a verdict: what decides is whether somebody approves (policy-audit §1.6).

export const SCAN_RULES = {
  'hidden.tag': 'characters of the Unicode tag block: text that nobody sees and that models read',
  'hidden.bidi': 'bidirectional controls: text is shown in another order than it is read',
  'hidden.zero_width': 'characters without width inside the text',
  'hidden.variation': 'variation selectors that select nothing: bytes can be hidden in them',
  'hidden.control': 'control characters or terminal escape sequences',
  'hidden.letters': 'letters of another script, or styled ones, that look like Latin letters',
  'hidden.markup': 'markup that addresses a model or hides text from people',
  'hidden.padding': 'so much empty space that what follows is out of sight',
  'size.unread': 'longer than anybody reads: only the beginning was scanned',
  'encoded.long': 'a long run of encoded text',
  'encoded.instruction': 'encoded text that says something when it is decoded',
  'instruct.override': 'tells the model to disregard what it was told before',
  'instruct.secrecy': 'tells the model to keep something from the person',
  'instruct.model': 'speaks to the model about itself instead of about the tool',
  'instruct.always': 'wants to be called, or obeyed, before or with everything else',
  'exfil.secret': 'names files or values that hold secrets',
  'exfil.send': 'asks for conversation, prompts or credentials to be passed on',
  'exfil.parameter': 'has an argument for the conversation or the prompt of the model',
  'exfil.link': 'a link or image with room for data, to another host',
  'reach.shadow': 'says what other tools should do, or takes their place',
  'reach.mention': 'names a tool of another target',
  'reach.name': 'its name can be taken for a tool of another target',
} as const satisfies Record<string, string>

export type ScanRule = keyof typeof SCAN_RULES

export type ScanFinding = {
  readonly rule: ScanRule
  /** JSON Pointer into the definition. */
  readonly place: string
  /** What was found, invisible characters written out. */
  readonly excerpt: string
}
