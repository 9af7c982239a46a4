// Who may connect, and as whom things belong. What each role may do with tables is said by the migrations that make them.

/** The least PostgreSQL: 16 brought memberships that may be taken on (SET) without being inherited (INHERIT). */
export const leastVersion = 16

/** Roles that log in, each with a password of its own; `countersign_owner` and `countersign_read` never do. */
export const loginRoles = ['countersign_migrate', 'countersign_app', 'countersign_log', 'countersign_verify']
export const allRoles = ['countersign_owner', 'countersign_read', ...loginRoles]

const literal = (text) => `'${text.replaceAll("'", "''")}'`
const identifier = (name) => `"${name.replaceAll('"', '""')}"`

const makeRole = (name, options) =>
  `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(name)}) THEN CREATE ROLE ${name} ${options}; END IF; END $$;`

/**
 * SQL that makes the roles, for somebody who may make roles. It can be run again; passwords are set where `passwords[role]` is given.
 * Nothing at run time is superuser, and the application can never become the owner: it may only put on `countersign_read`.
 */
export function roleStatements(passwords = {}) {
  return [
    makeRole('countersign_owner', 'NOLOGIN'),
    makeRole('countersign_read', 'NOLOGIN'),
    ...loginRoles.map((name) => makeRole(name, 'LOGIN')),
    ...loginRoles.filter((name) => passwords[name]).map((name) => `ALTER ROLE ${name} PASSWORD ${literal(passwords[name])};`),
    'GRANT countersign_owner TO countersign_migrate;',
    "ALTER ROLE countersign_migrate SET role = 'countersign_owner';",
    'GRANT countersign_read TO countersign_app WITH INHERIT FALSE, SET TRUE;',
    "ALTER ROLE countersign_app SET lock_timeout = '3s';",
    "ALTER ROLE countersign_app SET statement_timeout = '5s';",
    "ALTER ROLE countersign_app SET idle_in_transaction_session_timeout = '15s';",
  ]
}

/** SQL that makes the database, empty or as a copy of a template. On its own: CREATE DATABASE refuses company in a transaction. */
export function createDatabaseStatement(database, { template } = {}) {
  const from = template ? `TEMPLATE ${identifier(template)}` : "TEMPLATE template0 ENCODING 'UTF8'"
  return `CREATE DATABASE ${identifier(database)} OWNER countersign_owner ${from};`
}

/** SQL that says who may connect to the database. A copy of a template does not inherit it, so every new database needs it. */
export function databaseStatements(database) {
  const name = identifier(database)
  return [`REVOKE ALL ON DATABASE ${name} FROM PUBLIC;`, `GRANT CONNECT ON DATABASE ${name} TO ${loginRoles.join(', ')};`]
}

/** Everything that an administrator of an external server runs once, as text to read and paste; `exists` when the database is there already. */
export function administratorScript(database = 'countersign', { exists = false } = {}) {
  const passwords = Object.fromEntries(loginRoles.map((name) => [name, `choose-a-password-for-${name}`]))
  return [
    `-- PostgreSQL ${leastVersion} or later. Run with psql as somebody who may make roles and databases. Choose the passwords first.`,
    ...roleStatements(passwords),
    exists ? `ALTER DATABASE ${identifier(database)} OWNER TO countersign_owner;` : createDatabaseStatement(database),
    ...databaseStatements(database),
  ].join('\n')
}
