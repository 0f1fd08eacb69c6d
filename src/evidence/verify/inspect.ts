import { EvidenceError } from '../../errors.ts';
import type { XmlHandler } from '../../xml/index.ts';
import { type Contents, hallmarkFile, statementFile } from '../bundle/index.ts';
import { openHallmark } from '../hallmark/index.ts';
import { type Appraisal, appraise, assertAgreement, assertDigests, digests, extension, readStrictJson, type Statement, statementSchema } from '../statement/index.ts';

/**
 * Holds evidence against its hallmark in everything but who signed it: for reading, where no key to trust is at hand.
 * Nothing may rest on it: anybody can sign.
 * @throws EvidenceError for evidence that is broken, or does not agree
 */
export async function inspectHallmark(contents: Contents, beside?: XmlHandler): Promise<{ claims: Statement['predicate'][typeof extension]; appraisal: Appraisal }> {
  const hallmark = openHallmark(contents.get(hallmarkFile) ?? Buffer.alloc(0));
  if (contents.get(statementFile)?.equals(hallmark.statement) !== true) {
    throw new EvidenceError('statement-unsigned', `${statementFile} is not the statement that was signed`, { subject: statementFile });
  }
  const statement = readStrictJson(hallmark.statement, statementFile, statementSchema);
  assertDigests(statement, contents, digests(contents));
  const appraisal = await appraise(contents, beside);
  assertAgreement(statement, contents, appraisal);
  return { claims: statement.predicate[extension], appraisal };
}
