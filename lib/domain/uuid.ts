const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether a text has the shape of the ids that have no readable form. The database refuses to compare any other with one. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}
