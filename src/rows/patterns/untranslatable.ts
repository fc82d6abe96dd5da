/** The pattern has no equal in JavaScript. The message continues a sentence about it. */
export class Untranslatable extends Error {
  override readonly name = 'Untranslatable';
}
