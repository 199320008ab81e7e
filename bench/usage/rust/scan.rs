//! The limit: one pass by hand over the bytes, on one core, to the same totals as the bare SQL. It slices fields where
//! they stand in YuniKorn's own order and looks at nothing else: no JSON parser, no other shape of line, no check.
//!   rustc --edition 2021 -O scan.rs && ./scan FILE

use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::fs::File;
use std::hash::{BuildHasherDefault, Hasher};
use std::io::{BufWriter, Read, Write};

extern "C" {
    // The C library's own: std links it, and its vector code is what a scanner would use.
    fn memchr(text: *const c_void, byte: c_int, length: usize) -> *const c_void;
}

const CHUNK: usize = 1 << 20;
const SECOND: u64 = 1_000_000_000;

fn find(text: &[u8], byte: u8) -> Option<usize> {
    let start = text.as_ptr();
    // Safe: memchr reads at most `length` bytes of a slice we hold, and answers null or a place within it.
    let place = unsafe { memchr(start.cast(), byte.into(), text.len()) } as *const u8;
    if place.is_null() {
        None
    } else {
        Some(place as usize - start as usize)
    }
}

fn number(text: &[u8]) -> (u64, usize) {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = text[..length].iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'));
    (value, length)
}

/// A multiplicative hash: keys are ours, nobody attacks.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.write_u64(u64::from_le_bytes(word));
        }
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    fn write_u32(&mut self, word: u32) {
        self.write_u64(word.into());
    }
    fn write_u128(&mut self, word: u128) {
        self.write_u64(word as u64 ^ (word >> 64) as u64);
    }
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

type Map<K, V> = HashMap<K, V, BuildHasherDefault<Mix>>;

#[derive(Default)]
struct Dictionary {
    ids: Map<Vec<u8>, u32>,
    texts: Vec<Vec<u8>>,
}

impl Dictionary {
    fn id(&mut self, text: &[u8]) -> u32 {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = self.texts.len() as u32;
        self.ids.insert(text.to_vec(), id);
        self.texts.push(text.to_vec());
        id
    }
}

#[derive(Default)]
struct Span {
    begin: u64,
    again: u64,
    end: u64,
    asked: Option<u32>,
    ended: Option<u32>,
}

#[derive(Default)]
struct Scan {
    apps: Dictionary,
    resources: Dictionary,
    spans: Map<(u32, u128), Span>,
    /// When a scheduler started, and the last allocation event before.
    starts: Vec<(u64, u64)>,
    last: u64,
}

const APP: &[u8] = b"{\"type\":2,\"objectID\":\"";
const ROOT: &[u8] = b"{\"type\":4,\"objectID\":\"root\",\"timestampNano\":";
const ADDED: &[u8] = b",\"eventChangeType\":2,\"resource\":";
const TIME: &[u8] = b"\",\"timestampNano\":";
const CHANGE: &[u8] = b",\"eventChangeType\":";
const DETAIL: &[u8] = b",\"eventChangeDetail\":";
const REFERENCE: &[u8] = b",\"referenceID\":\"";
const RESOURCE: &[u8] = b"\",\"resource\":{\"resources\":";
const NANOS: usize = 19;

fn uuid(text: &[u8]) -> u128 {
    text.iter().filter(|&&byte| byte != b'-').fold(0, |value, &byte| {
        let digit = if byte <= b'9' { byte - b'0' } else { (byte | 32) - b'a' + 10 };
        value << 4 | u128::from(digit)
    })
}

/// The smaller text of the two, as the SQL has it.
fn smaller(texts: &[Vec<u8>], known: Option<u32>, seen: u32) -> Option<u32> {
    match known {
        Some(id) if texts[id as usize] <= texts[seen as usize] => Some(id),
        _ => Some(seen),
    }
}

impl Scan {
    /// None for a line that is no allocation event.
    fn take(&mut self, line: &[u8]) -> Option<()> {
        let Some(rest) = line.strip_prefix(APP) else {
            let rest = line.strip_prefix(ROOT)?;
            if rest[NANOS..].starts_with(ADDED) {
                self.starts.push((number(&rest[..NANOS]).0, self.last));
            }
            return None;
        };
        let app_end = find(rest, b'"')?;
        let app = &rest[..app_end];
        let rest = rest[app_end..].strip_prefix(TIME)?;
        let time_text = &rest[..NANOS];
        let rest = rest[NANOS..].strip_prefix(CHANGE)?;
        let change = rest[0];
        let rest = rest[1..].strip_prefix(DETAIL)?;
        let (detail, length) = number(rest);
        if detail != 200 && !(500..=504).contains(&detail) {
            return None;
        }
        let rest = rest[length..].strip_prefix(REFERENCE)?;
        let key_end = find(rest, b'"')?;
        let resources = rest[key_end..].strip_prefix(RESOURCE)?;
        let time = number(time_text).0;
        let size = self.resources.id(&resources[..resources.len() - 2]);
        let key = (self.apps.id(app), uuid(&rest[..key_end]));
        let span = self.spans.entry(key).or_default();
        let texts = &self.resources.texts;
        self.last = self.last.max(time);
        if change == b'2' {
            span.begin = if span.begin == 0 { time } else { span.begin.min(time) };
            span.again = span.again.max(time);
            span.asked = smaller(texts, span.asked, size);
        } else {
            span.end = if span.end == 0 { time } else { span.end.min(time) };
            span.ended = smaller(texts, span.ended, size);
        }
        Some(())
    }

    fn bounds(&self, span: &Span) -> (u64, u64) {
        if span.end > 0 {
            return (span.end, span.end);
        }
        let next = self.starts.partition_point(|&(start, _)| start <= span.again);
        self.starts.get(next).map_or((self.last, self.last), |&(start, before)| (before, start))
    }

    fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let mut seconds: Map<(u32, u32), [u128; 3]> = Map::default();
        for (&(app, _), span) in &self.spans {
            let (true, Some(size)) = (span.begin > 0, span.ended.or(span.asked)) else { continue };
            let (low, high) = self.bounds(span);
            let sum = seconds.entry((app, size)).or_default();
            sum[0] += u128::from((low - span.begin) / SECOND);
            sum[1] += u128::from((high - span.begin) / SECOND);
            sum[2] += 1;
        }
        let sizes: Vec<_> = self.resources.texts.iter().map(|text| quantities(text)).collect();
        let mut totals: Map<(u32, &[u8]), [u128; 3]> = Map::default();
        for (&(app, size), [low, high, count]) in &seconds {
            for &(name, value) in &sizes[size as usize] {
                let total = totals.entry((app, name)).or_default();
                total[0] += low * value;
                total[1] += high * value;
                total[2] += count;
            }
        }
        let mut rows: Vec<_> = totals.into_iter().map(|((app, name), total)| (&self.apps.texts[app as usize], name, total)).collect();
        rows.sort_unstable();
        for (app, name, [low, high, count]) in rows {
            out.write_all(app)?;
            out.write_all(b",")?;
            out.write_all(name)?;
            writeln!(out, ",{low},{high},{count}")?;
        }
        Ok(())
    }
}

/// Of `{"memory":{"value":1},"vcore":{"value":2}}`; a zero quantity is `{}`.
fn quantities(text: &[u8]) -> Vec<(&[u8], u128)> {
    let mut parts = text.split(|&byte| byte == b'"');
    parts.next();
    let mut found: Vec<(&[u8], u128)> = Vec::new();
    while let Some(name) = parts.next() {
        if name == b"value" {
            let digits = parts.next().unwrap_or_default();
            let value = number(digits.strip_prefix(b":").unwrap_or(digits)).0;
            found.last_mut().expect("a value has a name before it").1 = value.into();
        } else {
            parts.next();
            found.push((name, 0));
        }
    }
    found
}

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).expect("a file to scan");
    let mut file = File::open(path)?;
    let mut buffer = vec![0u8; 2 * CHUNK];
    let mut kept = 0;
    let mut scan = Scan::default();
    loop {
        let got = file.read(&mut buffer[kept..kept + CHUNK])?;
        if got == 0 {
            break;
        }
        let filled = kept + got;
        let mut begin = 0;
        while let Some(length) = find(&buffer[begin..filled], b'\n') {
            scan.take(&buffer[begin..begin + length]);
            begin += length + 1;
        }
        buffer.copy_within(begin..filled, 0);
        kept = filled - begin;
        assert!(kept <= CHUNK, "a line longer than 1 MiB");
    }
    scan.print(&mut BufWriter::new(std::io::stdout().lock()))
}
