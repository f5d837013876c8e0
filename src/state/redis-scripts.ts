/**
 * Compare-and-set over one key each, so that they run wherever a key may live. Lua, since the IFEQ of SET came with
 * Redis 8.4. A key of another type counts as a key with another value.
 */

const read = `local value = redis.pcall('GET', KEYS[1])
if type(value) == 'table' then value = '' end
`;

/** ARGV: expected value ('' = no key), new value. 1 when it was set. */
export const setIfEqual = `${read}if (value or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`;

/** ARGV: Lua pattern of a value that makes sense, new value. 1 when there was none such and it was set. */
export const setIfGarbage = `${read}if value and string.find(value, ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`;

/**
 * ARGV: token, ms. 1 when the key was free, or held what is no lease: one ends by itself within these ms, and a value
 * that somebody put there by hand would hold the work up for ever.
 */
export const takeLease = `local left = redis.call('PTTL', KEYS[1])
if left >= 0 and left <= tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** ARGV: expected value. 1 when it was deleted. */
export const deleteIfEqual = `${read}if value ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/** ARGV: expected value, ms. 1 when the key lives on for that long. */
export const extendIfEqual = `${read}if value ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** ARGV: load id. Puts it in the place of an operator's `true`; 1 when it did. */
export const takeForceOrder = `${read}if not value or string.lower(value) ~= 'true' then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1`;

/** ARGV: load id. Deletes the number of that load or of an earlier one; an order that came since stays. */
export const clearForceOrder = `${read}if not value or not string.find(value, '^%d+$') then return 0 end
if tonumber(value) > tonumber(ARGV[1]) then return 0 end
return redis.call('DEL', KEYS[1])`;

/** Orders a load unless one is ordered or under way: returns 'ordered', 'standing' or the number of the load. */
export const orderForce = `${read}if value and string.find(value, '^%d+$') then return value end
if value and string.lower(value) == 'true' then return 'standing' end
redis.call('SET', KEYS[1], 'true')
return 'ordered'`;
