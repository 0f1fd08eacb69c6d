/** The in-toto statement: what is signed, and whether the evidence says the same. */
export { type Appraisal, appraise } from './appraise.ts';
export { assertAgreement, assertDigests } from './agree.ts';
export { extension, predicateType, type Statement, statementSchema, statementType } from './model.ts';
export { type Binding, bindingOf, bindingSchema, type ImageIdentity, type PackerArtifact, subjectOf } from './binding.ts';
export { runRecord } from './identity.ts';
export { digests, stateOf } from './state.ts';
export { parseUnambiguous, readStrictJson } from './strict-json.ts';
