/** Signs commits with the key and the programs that the user's own git is set up with. */
export interface CommitSigner {
  /**
   * The commit with a signature in its header, and otherwise the same bytes. Undefined where git would not write those
   * bytes: names that are no UTF-8, headers it does not know. Throws where the signature itself cannot be had.
   */
  sign(raw: Uint8Array): Promise<Uint8Array | undefined>
}
