/** One mail, ready to go; `messageId` is stable, so that a second sending of the same mail is recognisable. */
export interface OutgoingMail {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A way to send mail. Throws VendorError with `mail-unavailable` or `mail-refused`. */
export interface MailPort {
  send(mail: OutgoingMail, context: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Whether the server answers; null when it does, else what is wrong. */
  verify(): Promise<string | null>;
}
