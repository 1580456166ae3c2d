/** The one shape of an error on every port: a code for programs and one sentence that says what to do. */
export function errorBody(code: string, message: string): { error: { code: string; message: string } } {
  return { error: { code, message } };
}
