//! Module zips, good and broken, written byte by byte: a library that writes zips would refuse to write the broken ones.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::paths;
use crate::dice::Dice;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const DESCRIPTOR_FLAG: u16 = 1 << 3;
const MEBIBYTE: u32 = 1 << 20;

/// One entry, with everything that its two headers say.
#[derive(Clone)]
struct Entry {
    name: Vec<u8>,
    method: u16,
    flags: u16,
    crc: u32,
    size: u32,
    data: Vec<u8>,
    extra: Vec<u8>,
}

/// The last argument of a zip whose bytes were changed without regard to what they mean.
pub(crate) const DAMAGED: &[u8] = b"damaged";

/// Module path, version, zip, and [`DAMAGED`] or nothing, which x/mod does not look at.
pub(crate) fn module_zip(dice: &mut Dice) -> Vec<Vec<u8>> {
    let path = if dice.chance(3) { paths::any_module_path(dice) } else { "example.com/m".to_owned() };
    let version = if dice.chance(3) { "v1.0" } else { "v1.0.0" };
    let prefix = format!("{path}@{version}/");
    let names = names(dice, &prefix);
    let mut entries: Vec<_> = names.into_iter().map(|name| entry(dice, name)).collect();
    if dice.chance(25) {
        spoil_entry(dice, &prefix, &mut entries);
    }
    let prefixed = dice.chance(2);
    let damaged = prefixed || dice.chance(15);
    let mut zip = write(dice, &entries, prefixed);
    if damaged && !prefixed {
        zip = spoil_bytes(dice, zip);
    }
    vec![path.into_bytes(), version.into(), zip, if damaged { DAMAGED.to_vec() } else { Vec::new() }]
}

fn names(dice: &mut Dice, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    if dice.chance(60) {
        names.push(format!("{prefix}go.mod"));
    }
    for index in 0..dice.below(5) {
        let odd = if dice.chance(12) { odd_name(dice) } else { good_name(dice, index) };
        names.push(format!("{prefix}{odd}"));
    }
    if dice.chance(3) {
        names.push(
            dice.pick(&["other@v1.0.0/x", "x", "/x", "example.com/m@v1.0.0", "example.com/M@v1.0.0/x"])
                .to_owned(),
        );
    }
    names
}

fn good_name(dice: &mut Dice, index: usize) -> String {
    let folder = dice.pick(&["", "", "pkg/", "pkg/sub/", "K/"]);
    let name = dice.pick(&["a.go", "b c.txt", "LICENSE", "\u{e9}.go", "README.md", "d/"]);
    format!("{folder}{index}{name}")
}

/// Names that are refused, or only together.
fn odd_name(dice: &mut Dice) -> String {
    if dice.chance(30) {
        return paths::file_path(dice);
    }
    let odd = [
        "",
        "a//b",
        "./a",
        "../a",
        "a/.",
        "/a",
        "a/",
        "a",
        "A",
        "a/b",
        "k",
        "\u{212a}",
        "K",
        "s",
        "\u{17f}",
        "go.mod/",
        "GO.MOD",
        "sub/go.mod",
        "sub/Go.Mod",
        "sub/go.mod/",
        "LICENSE",
        "con",
        "a\nb",
        "a\\b",
        "a:b",
        "go.mod",
        "\u{3b8}",
        "\u{3f4}",
        "\u{131}",
        "i",
        "I",
        "\u{130}",
        "stra\u{df}e",
        "strasse",
    ];
    dice.pick(&odd).to_owned()
}

fn entry(dice: &mut Dice, name: String) -> Entry {
    let is_dir = name.ends_with('/');
    let content = if is_dir { Vec::new() } else { content(dice) };
    let method = if is_dir || dice.chance(40) { STORED } else { DEFLATED };
    let mut crc = Crc::new();
    crc.update(&content);
    Entry {
        name: name.into_bytes(),
        method,
        flags: if dice.chance(40) { DESCRIPTOR_FLAG } else { 0 } | if dice.chance(50) { 1 << 11 } else { 0 },
        crc: crc.sum(),
        size: u32::try_from(content.len()).expect("small"),
        data: if method == DEFLATED { deflate(&content) } else { content },
        extra: if dice.chance(10) { vec![0x55, 0x54, 5, 0, 1, 0, 0, 0, 0] } else { Vec::new() },
    }
}

fn content(dice: &mut Dice) -> Vec<u8> {
    let piece = dice.text("abc \n", 0, 8);
    piece.repeat(dice.pick(&[1, 1, 1, 300])).into_bytes()
}

fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("memory takes bytes");
    encoder.finish().expect("memory takes bytes")
}

/// Makes the headers of an entry lie, or adds one that lies.
fn spoil_entry(dice: &mut Dice, prefix: &str, entries: &mut Vec<Entry>) {
    if dice.chance(30) || entries.is_empty() {
        let name = dice.pick(&["go.mod", "LICENSE", "big", "huge/"]);
        let mut large = entry(dice, format!("{prefix}{name}"));
        large.size = dice.pick(&[15, 16, 17, 490, 501]) * MEBIBYTE + dice.pick(&[0, 1]);
        entries.push(large);
        return;
    }
    let at = dice.below(entries.len());
    let entry = &mut entries[at];
    match dice.below(9) {
        0 => entry.crc ^= 1,
        1 => entry.size += 1,
        2 => entry.size = entry.size.saturating_sub(1),
        3 => entry.method = dice.pick(&[1, 9, 12, 99]),
        4 => entry.flags |= dice.pick(&[1, 1 << 6, 1 << 13]),
        5 => entry.name.push(0xff),
        6 => entry.data.truncate(entry.data.len() / 2),
        7 => entry.data.push(b'x'),
        _ => entry.method = STORED + DEFLATED - entry.method.min(DEFLATED),
    }
}

/// Writes the entries, the directory and the end record, with or without something before them.
fn write(dice: &mut Dice, entries: &[Entry], prefixed: bool) -> Vec<u8> {
    let mut zip = if prefixed { b"#!/bin/sh\n".to_vec() } else { Vec::new() };
    let base = if dice.chance(50) { 0 } else { zip.len() };
    let mut directory = Vec::new();
    let mut offset = 0;
    for entry in entries {
        let shared = !directory.is_empty() && dice.chance(1);
        if !shared {
            offset = zip.len() - base;
            write_local(&mut zip, entry);
        }
        write_central(&mut directory, entry, offset);
    }
    let start = zip.len() - base;
    zip.extend_from_slice(&directory);
    let lie = if dice.chance(2) { dice.pick(&[-1, 1]) } else { 0 };
    let count = entries.len().saturating_add_signed(lie);
    write_end(&mut zip, count, directory.len(), start, dice.pick(&["", "", "", "a comment"]));
    zip
}

fn write_local(zip: &mut Vec<u8>, entry: &Entry) {
    let streamed = entry.flags & DESCRIPTOR_FLAG != 0;
    let known = |number: u32| if streamed { 0 } else { number };
    zip.extend_from_slice(b"PK\x03\x04");
    put16(zip, &[20, entry.flags, entry.method, 0, 0]);
    put32(zip, &[known(entry.crc), known(short(entry.data.len())), known(entry.size)]);
    put16(zip, &[short16(entry.name.len()), 0]);
    zip.extend_from_slice(&entry.name);
    zip.extend_from_slice(&entry.data);
    if streamed {
        zip.extend_from_slice(b"PK\x07\x08");
        put32(zip, &[entry.crc, short(entry.data.len()), entry.size]);
    }
}

fn write_central(directory: &mut Vec<u8>, entry: &Entry, offset: usize) {
    directory.extend_from_slice(b"PK\x01\x02");
    put16(directory, &[20, 20, entry.flags, entry.method, 0, 0]);
    put32(directory, &[entry.crc, short(entry.data.len()), entry.size]);
    put16(directory, &[short16(entry.name.len()), short16(entry.extra.len()), 0, 0, 0]);
    put32(directory, &[0, short(offset)]);
    directory.extend_from_slice(&entry.name);
    directory.extend_from_slice(&entry.extra);
}

fn write_end(zip: &mut Vec<u8>, count: usize, size: usize, start: usize, comment: &str) {
    zip.extend_from_slice(b"PK\x05\x06");
    put16(zip, &[0, 0, short16(count), short16(count)]);
    put32(zip, &[short(size), short(start)]);
    put16(zip, &[short16(comment.len())]);
    zip.extend_from_slice(comment.as_bytes());
}

fn put16(to: &mut Vec<u8>, numbers: &[u16]) {
    to.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

fn put32(to: &mut Vec<u8>, numbers: &[u32]) {
    to.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

fn short(length: usize) -> u32 {
    u32::try_from(length).expect("small zips")
}

fn short16(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// Cuts a zip, adds to it, or changes a byte.
fn spoil_bytes(dice: &mut Dice, mut zip: Vec<u8>) -> Vec<u8> {
    let at = dice.below(zip.len());
    match dice.below(4) {
        0 => zip.truncate(at),
        1 => zip.extend_from_slice(b"trailing"),
        _ => zip[at] = dice.byte(),
    }
    zip
}
