// Where things lie in memory, and what the numbers of the host's table mean; stream-lane.ts has the same.

export const LITERALS: usize = 0x1000
export const ACTIONS: usize = 0x10000
export const SLOTS: usize = 0x100000
export const SLOT_COUNT: u32 = 1 << 18
export const RESOURCES: usize = SLOTS + ((<usize>SLOT_COUNT) << 3)
export const RESOURCE_PLACES: u32 = 4096
/** Hash of the text, its length, its 64-bit name: 16 bytes; the text itself lies apart, in a place of equal number. */
export const RESOURCE_TEXTS: usize = RESOURCES + ((<usize>RESOURCE_PLACES) << 4)
export const LONGEST_RESOURCE: usize = 1024
export const COLUMNS: usize = RESOURCE_TEXTS + <usize>RESOURCE_PLACES * LONGEST_RESOURCE
export const ROWS: i32 = 16384
export const SRC: usize = COLUMNS
export const CODE: usize = SRC + <usize>ROWS * 4
export const TS: usize = CODE + <usize>ROWS * 2
export const OBJ: usize = TS + <usize>ROWS * 8
export const K1: usize = OBJ + <usize>ROWS * 8
export const K2: usize = K1 + <usize>ROWS * 8
export const RES: usize = K2 + <usize>ROWS * 8
export const NAMES: usize = RES + <usize>ROWS * 8
export const NAMES_SIZE: usize = 1 << 18
/** Where the host puts the bytes to be read. */
export const input: usize = NAMES + NAMES_SIZE

// Literals, in the order in which the host writes them, each in 48 bytes.
export const OBJECT = LITERALS
export const MESSAGE = LITERALS + 48
export const TIME = LITERALS + 96
export const CHANGE = LITERALS + 144
export const DETAIL = LITERALS + 192
export const REFERENCE = LITERALS + 240
export const RESOURCE = LITERALS + 288
export const INNER = LITERALS + 336
export const PREEMPTED = LITERALS + 384
export const OBJECT_LENGTH: usize = 13
export const MESSAGE_LENGTH: usize = 12
export const TIME_LENGTH: usize = 17
export const CHANGE_LENGTH: usize = 19
export const DETAIL_LENGTH: usize = 21
export const REFERENCE_LENGTH: usize = 16
export const RESOURCE_LENGTH: usize = 13
export const INNER_LENGTH: usize = 13
export const PREEMPTED_LENGTH: usize = 13

/** `{"type":` as one word. */
export const HEAD: u64 = 0x3a2265707974227b

// What the table says of an event: passed over, left to the host, or a fact of one of these shapes.
export const SKIP: i32 = 1
export const HOST: i32 = 2
/** Object and nothing else. */
export const PLAIN: i32 = 4
/** Object, allocation, resource. */
export const ALLOCATION: i32 = 5
/** Object and resource. */
export const CAPACITY: i32 = 6
/** Object and allocation. */
export const PLACE: i32 = 7
/** Object from the reference, key from the object. */
export const QUEUE: i32 = 8
/** Object, key from the reference, resource. */
export const USER: i32 = 9

export const REQUEST: u32 = 1
export const NAME_TEXT: u32 = 0
export const NAME_RESOURCE: u32 = 1
