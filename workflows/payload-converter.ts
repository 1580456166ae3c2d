import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';

/** A payload that cannot be decoded becomes a value that handlers refuse: thrown here, it would fail the workflow task for ever. */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload(payload) {
    try {
      return defaultPayloadConverter.fromPayload(payload);
    } catch {
      return defaultPayloadConverter.fromPayload(
        defaultPayloadConverter.toPayload({ malformedPayload: true, encoding: encodingOf(payload) }),
      );
    }
  },
};

function encodingOf(payload: Payload): string {
  const bytes = payload.metadata?.['encoding'];
  return bytes
    ? Array.from(bytes.slice(0, 40), (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '?')).join('')
    : 'none';
}
