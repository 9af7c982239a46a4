/** The cookie in which a browser tells its zone, so that the server renders local times without a flash. */
export const ZONE_COOKIE = 'csn_zone'
