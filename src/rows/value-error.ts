/** A value that its column cannot hold. The message continues a sentence: `the value is not a whole number`. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}
