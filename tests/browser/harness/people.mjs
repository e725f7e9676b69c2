// The demo's people by their logins; see crates/testkit/src/people.rs.
export const PARENT = { login: 'aigerim', role: 'individual' };
export const TEACHER = { login: 'nurlan', role: 'individual' };
export const HEAD = { login: 'gulnara', role: 'head' };
export const GRADUATE = { login: 'daniyar', role: 'individual' };
export const EXPIRED_KEY = { login: 'irina' };
export const REVOKED_KEY = { login: 'yerlan' };
export const NO_PHONE = { login: 'saule' };
