// What is said (attacks M-11): instructions to the model that have no place in the description of a tool. The patterns run
// over plain text (plain.ts), are bounded in every gap, and know English; what they miss a person sees in the
// review. Descriptions may well tell a model how to use their own tool: that alone is no finding.
import type { ScanRule } from './finding.ts'

/** Between two words, within one sentence. */
const NEAR = '[^.!?;]{0,60}?'
const FAR = '[^.!?]{0,120}?'
const THE_PERSON = '(?:the )?(?:user|users|human|person|operator|customer|anyone|anybody|them)\\b'
const THE_MODEL =
  '(?:the )?(?:ai|llm|language model|assistant|ai assistant|ai agent|ai model|large language model)'
const BEFORE = '(?:previous|prior|earlier|preceding|above|former|existing|original)'
const TOLD =
  '(?:instructions?|prompts?|rules?|guidelines?|directions?|commands?|policies|messages|context|constraints|guardrails)'
const TALK =
  '(?:conversation|chat|message|prompt|tool(?: call)?) (?:history|log|logs|transcript|context)|(?:entire|full|whole|complete|previous|all) (?:conversation|chat|prompt|context|messages)|system prompt|system message|previous messages'
const SECRETS =
  '(?:credentials|passwords?|secrets|api[ _-]?keys?|access[ _-]?tokens?|auth(?:entication|orization)? tokens?|session tokens?|private keys?|ssh keys?|environment variables|cookies)'
const SECRET_FILES =
  '(?:~|\\$home|%userprofile%|/root|/home/[\\w.-]{1,32}|/users/[\\w.-]{1,32})[/\\\\]\\.(?:ssh|aws|gnupg|kube|docker|azure|config/gcloud|cursor|claude|codex|netrc|npmrc|pypirc|git-credentials|bash_history|zsh_history)'

const PATTERNS: readonly (readonly [ScanRule, string])[] = [
  [
    'hidden.markup',
    '<\\s?/?\\s?(?:important|system|instructions?|secret|hidden|admin|priority|critical|assistant|override|prompt|internal|tool_instructions?|system[-_ ]?(?:prompt|message|reminder|note))(?:\\s[^<>]{0,80})?>',
  ],
  ['hidden.markup', '<\\|[a-z_]{2,24}\\|>|\\[/?inst\\]|<</?sys>>|\\[/?system\\]|<start_of_turn>'],
  ['hidden.markup', '<!--(?! ?-->)'],
  ['hidden.markup', '\\[//\\]: ?# ?[("\']'],
  [
    'hidden.markup',
    '(?:display ?: ?none|visibility ?: ?hidden|font-size ?: ?0|opacity ?: ?0(?![.\\d])|color ?: ?(?:white|transparent))',
  ],
  [
    'hidden.markup',
    '(?:^|\\n| )#{2,6} ?(?:system|instructions? (?:for|to) (?:the )?(?:ai|model|assistant|llm))\\b',
  ],

  [
    'instruct.override',
    `(?:ignore|disregard|forget|override|overrule|bypass|discard|supersede|do not follow|don't follow|stop following)s? ${NEAR}(?:${BEFORE} ${TOLD}|(?:all|any|your|other|system|safety) (?:other |${BEFORE} |safety |system |of your )?${TOLD}|everything (?:above|before|you))`,
  ],
  [
    'instruct.override',
    `(?:new|updated|real|actual|true|revised) (?:system )?(?:instructions|task|objective|goal|purpose) ?(?::|is to|are to|for you)`,
  ],
  [
    'instruct.override',
    '(?:developer|god|debug|jailbreak|dan|unrestricted|admin(?:istrator)?) mode (?:is )?(?:now )?(?:on|enabled|activated|active)',
  ],

  [
    'instruct.secrecy',
    `(?:do not|don't|never|must not|should not|without|avoid|refrain from) (?:ever )?(?:tell|telling|mention|mentioning|inform|informing|notify|notifying|reveal|revealing|disclose|disclosing|show|showing|alert|alerting|warn|warning|report|reporting|explain|explaining|ask|asking|say|saying|expose|exposing)(?:\\b${NEAR} (?:to |from |by )?)${THE_PERSON}`,
  ],
  [
    'instruct.secrecy',
    `${THE_PERSON} (?:must|should|does|do|need|needs|will|may|can|is|are) ?(?:not|never|n't)? ?(?:need to |to )?(?:not |never )(?:be (?:told|informed|aware|shown|notified)|know|see|notice|learn|find out)`,
  ],
  [
    'instruct.secrecy',
    `(?:do not|don't|never) (?:mention|reveal|disclose|tell|explain|output|acknowledge)${NEAR} (?:this|these|the) (?:instruction|instructions|note|step|steps|message|text|tag|section|directive|rule)`,
  ],
  [
    'instruct.secrecy',
    `(?:hide|conceal|keep) (?:this|it|these|the)${NEAR} (?:secret|hidden|confidential|private|silent) (?:from|to)? ?${THE_PERSON}|(?:hide|conceal) ${NEAR}from ${THE_PERSON}`,
  ],
  [
    'instruct.secrecy',
    '(?:silently|secretly|covertly|quietly|discreetly) (?:send|call|invoke|use|run|execute|include|append|add|read|forward|copy|upload|post|pass|attach|bcc|exfiltrate|collect|perform|also)',
  ],

  [
    'instruct.model',
    `(?:as|you are|you're|acting as|act as) (?:an?|the) (?:(?:helpful|unrestricted|advanced|large) )?(?:ai|llm|language model|assistant|ai assistant|ai agent|ai model|large language model)\\b`,
  ],
  [
    'instruct.model',
    `(?:note|message|instructions?|reminder|notice|attention|important)(?: (?:to|for)) ${THE_MODEL}\\b|(?:attention|dear|hey|hello) (?:ai|llm|assistant|claude|gpt|chatgpt|gemini|copilot)\\b`,
  ],
  [
    'instruct.model',
    '(?:begin|start|end) of (?:system|hidden|secret|confidential|admin) (?:instructions?|prompt|message)',
  ],
  [
    'instruct.model',
    `(?:this|the following) (?:instruction|text|message|note) is (?:only |intended )?(?:only )?for ${THE_MODEL}`,
  ],

  [
    'instruct.always',
    `(?:before|prior to|after|whenever|when|every time|each time)${NEAR}(?:us(?:e|ing)|call(?:ing)?|invok(?:e|ing)|runn?(?:ing)?|execut(?:e|ing)) (?:any|every|each|all)(?: other| of the other)? tools?`,
  ],
  [
    'instruct.always',
    `(?:must|always|has to|have to|need to|required to) ${NEAR}(?:be )?(?:called|invoked|used|run|call|invoke|use|execute|executed) ${NEAR}(?:before|prior to|first before|with|after) (?:any|every|each|all)(?: other| user)? (?:tool|action|request|response|message|answer|operation|task|prompt)s?`,
  ],
  [
    'instruct.always',
    "(?:otherwise|or else)[^.!?]{0,60}(?:the )?(?:tool|system|application|user|account)[^.!?]{0,20}(?:will not|won't|will be|cannot) (?:work|function|deleted|locked|crash|die|lost|terminated|banned|harmed)",
  ],
  [
    'instruct.always',
    '(?:at the (?:start|beginning|end) of|with|in|on) (?:every|each) (?:conversation|response|reply|answer|session|message|turn|user message)[^.!?]{0,40}(?:call|invoke|run|use|include|append|add|send|read)\\b',
  ],

  ['exfil.secret', `${SECRET_FILES}\\b`],
  [
    'exfil.secret',
    '\\bid_(?:rsa|ed25519|ecdsa|dsa)\\b|/etc/(?:passwd|shadow|sudoers)\\b|(?:^|[\\s\'"`/\\\\])\\.(?:git-credentials|netrc|pgpass|bash_history)\\b|\\.aws[/\\\\]credentials|(?:^|[\\s\'"`/\\\\])(?:mcp\\.json|claude_desktop_config\\.json|mcp_settings\\.json)\\b|login data\\b.{0,20}chrome|wallet\\.dat\\b|169\\.254\\.169\\.254|metadata\\.google\\.internal',
  ],
  [
    'exfil.secret',
    `(?:read|open|cat|load|fetch|collect|gather|extract|get|obtain|find|search for|include|retrieve|dump|print)${NEAR}(?:\\.env\\b(?!\\.example)|the ssh|private key|${SECRETS} (?:of|from) (?:the )?(?:user|environment|system|host|machine|context|conversation))`,
  ],

  [
    'exfil.send',
    `(?:send|forward|post|upload|transmit|pass|include|append|attach|add|copy|put|provide|supply|submit|insert|encode|leak|exfiltrate|bcc|share|report|output|print|repeat|reveal|dump|return|summari[sz]e|embed|write)(?:s|ing)? ${FAR}(?:${TALK})`,
  ],
  [
    'exfil.send',
    `(?:send|forward|post|upload|transmit|exfiltrate|leak|bcc|email|mail|copy)(?:s|ing)? ${FAR}(?:${SECRETS}|${SECRET_FILES}|file contents?|contents? of (?:the |this |that |all |any )?(?:file|files|inbox|emails?))${FAR} to (?:https?:|[\\w.+-]{1,64}@|the (?:following|attacker|url|address|endpoint|server)|our|us\\b|me\\b|an? external)`,
  ],
  [
    'exfil.send',
    `(?:send|forward|redirect|bcc|cc|copy|deliver|route)(?:s|ing)? (?:all|any|every|each|them|it|a copy)${FAR} to [\\w.+-]{1,64}@[\\w-]{1,64}\\.`,
  ],
  [
    'exfil.send',
    `(?:pass|include|put|place|append|provide|add|insert|encode|supply|write)(?:s|ing)? ${NEAR}(?:contents?|${SECRETS}|its value|the result|the output|file|everything)${NEAR} (?:as|in|into|to|via|through|using) (?:the |this |an? )?(?:['"\`]?(?:sidenote|side_note|note|notes|metadata|context|comment|feedback|debug|reasoning|annotation|extra|remarks|summary)['"\`]?)(?: (?:parameter|argument|field|property|value))?(?![\\w])`,
  ],
  [
    'exfil.link',
    '!\\[[^\\]]{0,80}\\]\\( ?https?://[^)\\s]{1,400}(?:\\?[^)\\s]{0,200}=|\\{|\\$\\{|%7b)',
  ],
  ['exfil.link', '<img [^>]{0,200}src ?= ?["\']?https?:'],
  [
    'exfil.link',
    `(?:append|add|include|embed|render|output|insert|return|display|respond with)${NEAR}(?:link|image|markdown|url|pixel|<img)${NEAR}https?://[^\\s]{1,200}[?&][^\\s=]{1,40}=`,
  ],

  [
    'reach.shadow',
    `(?:when|whenever|if|while|as long as) (?:this|the present) (?:tool|server|mcp server) is (?:available|present|enabled|loaded|installed|connected|active|listed)`,
  ],
  [
    'reach.shadow',
    '(?:takes?|has|have|with|gets?|given) (?:higher |absolute |highest |top )?(?:precedence|priority) over (?:any|all|every|other)',
  ],
  [
    'reach.shadow',
    `(?:instead of|rather than|in place of|never use|do not use|don't use|avoid using|stop using) (?:any|all|every|the)(?: of the)? (?:other|built-?in|native|existing|official|default)(?: [\\w-]{1,24}){0,2} tools?`,
  ],
  [
    'reach.shadow',
    '(?:replaces|supersedes|overrides|deprecates|disables) (?:any|all|every|the) (?:other |existing |built-?in |official |previous )(?:[\\w-]{1,24} ){0,2}tools?',
  ],
  [
    'reach.shadow',
    '(?:side effects?|effects?|influence|rules?|requirements?|instructions?|restrictions?) (?:on|for|to|of|about) (?:the |all |any |every )?(?:other|[\\w`"\'-]{2,40}[ _-](?:sending|reading|writing)) tools?',
  ],
  [
    'reach.shadow',
    `(?:the|every|any|each|all|other) (?:other )?['"\`]?[\\w-]{2,48}['"\`]? tools? (?:must|should|has to|have to|shall|needs to|is required to)(?: also| always| now| first| instead| only)? (?:send|call|use|include|forward|be called|be used with|add|pass|copy|bcc|route|redirect)`,
  ],
]

const COMPILED: readonly (readonly [ScanRule, RegExp])[] = PATTERNS.map(([rule, pattern]) => [
  rule,
  new RegExp(pattern, 'g'),
])

const TALK_PARAMETERS =
  /^(?:(?:full|entire|whole|complete|previous|prior)_)?(?:conversation|chat|message|messages|prompt|tool_call|tool_calls|dialog(?:ue)?)_?(?:history|log|transcript|context|so_far)$|^(?:system_?prompt|system_?message|chain_of_thought|model_reasoning|previous_messages|full_conversation|entire_conversation|available_tools|all_tools|tools_list|model_instructions)$/

export type Said = { readonly rule: ScanRule; readonly words: string }

/** What the plain text says that it should not; one of each rule. */
export function wordsFound(text: string): readonly Said[] {
  const said = new Map<ScanRule, Said>()
  for (const [rule, pattern] of COMPILED) {
    if (said.has(rule)) continue
    pattern.lastIndex = 0
    const found = pattern.exec(text)
    if (found === null) continue
    said.set(rule, { rule, words: around(text, found.index, found[0].length) })
  }
  return [...said.values()]
}

/** Whether the name of an argument asks for what the model was told and has said. */
export function asksForTalk(name: string): boolean {
  const snake = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll('-', '_')
  return TALK_PARAMETERS.test(snake)
}

function around(text: string, at: number, length: number): string {
  return text.slice(Math.max(0, at - 24), at + Math.min(length, 160) + 24).trim()
}
