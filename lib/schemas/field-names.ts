// Names of fields that a form and its schema agree on. Apart from the schemas, so that a browser does not load those for a word.

export const NEW_KEY_FIELD = 'newKey:'

/** What the field for the id of a secret’s new key is called. */
export function newKeyField(secret: string): string {
  return `${NEW_KEY_FIELD}${secret}`
}
