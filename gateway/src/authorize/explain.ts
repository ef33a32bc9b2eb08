// Why a call is allowed or denied, for operators (policy-audit §1.4): the policies that could match with file
// and line, what each condition saw, and what would change the answer. Same engine, schema and converter as
// the data path; nothing here decides anything. An operator file: admin/ and the CLI may use it.
import { answerQuestion, entityOf } from './answer.ts'
import { changesOf } from './explain-changes.ts'
import { explainPolicies } from './explain-policies.ts'
import type { Explanation, Question } from './explanation.ts'
import type { Loaded } from './loaded.ts'
import type { Surroundings } from './verdict.ts'

export type { Explanation, Question } from './explanation.ts'

/** Answers as the data path would, and says why. */
export function explainCall(
  question: Question,
  state: Loaded | undefined,
  around: Surroundings,
  homeIssuer: string,
): Explanation {
  const principal = entityOf(question, homeIssuer)
  const { uid, entity } = principal
  const {
    action,
    judgement,
    reachable: _,
    ...answer
  } = answerQuestion(question, principal, state, around)
  const who = { uid: `${uid.type}::${JSON.stringify(uid.id)}`, tags: entity.tags }
  if (action === undefined || judgement === undefined) {
    return { ...answer, principal: who, policies: [], changes: [] }
  }
  const policies = explainPolicies(question, action, principal, around, judgement.deciding)
  return { ...answer, principal: who, policies, changes: changesOf(judgement, policies) }
}
