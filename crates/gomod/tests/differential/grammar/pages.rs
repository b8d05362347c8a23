//! Pages with go-import tags, as hosts write them and as nobody should.

use super::sometimes_damaged;
use crate::dice::Dice;

const BEFORE: [&str; 30] = [
    "",
    "<!DOCTYPE html>",
    "<!doctype html SYSTEM \"a>b\">",
    "<!DOCTYPE x [<!ENTITY a 'b>'> <!-- c > --> ]>",
    "<!x <!-y>>",
    "<!>a>",
    "<!\">a>",
    "<?xml version=\"1.0\" encoding='UTF-8'?>",
    "<?xml version=\"1.1\"?>",
    "<?xml encoding=\"latin1\"?>",
    "<?xml encoding=x encoding=\"ascii\"?>",
    "<?php <a> ?>",
    "<?x?>",
    "\u{feff}",
    "<html><head>",
    "<head/>",
    "<head x>",
    "</HEAD >",
    "<title>a &nbsp; b &amp; c & d &#x41; &#0; &#xd800; &#99999999999999999999; e</title>",
    "<title>&#65;&lt;&#x;&;&a b&\r\n</title>",
    "<script>if (a < b && c > d) {}</script>",
    "<script><![CDATA[ a < b ]] > ]]></script>",
    "<!-- a - b -->",
    "<!-- a -- b -->",
    "<!---->",
    "<!--->",
    "<a:b:c>",
    "<é ü=ö>",
    "<a × b>",
    "]]>",
];

const ATTRIBUTES: [&str; 14] = [
    "",
    " id=x",
    " id",
    " id=",
    " id='a>b'",
    " id=\"a<b\"",
    " x:y=\"z\"",
    " name=x",
    " content=''",
    " a.b=c",
    " a=b.c",
    " /",
    " \u{b}",
    " a = \n 'b' ",
];

const CONTENTS: [&str; 14] = [
    "a.test/x git https://b.test/x",
    "a.test/x git https://b.test/x sub",
    "a.test/x git https://b.test/x sub more",
    "a.test/x hg https://b.test/y",
    "a.test/x mod https://proxy.test",
    "a.test mod https://proxy.test",
    "a.test git https://b.test",
    "a.test/x\u{a0}git\u{2003}https://b.test\u{85}s",
    "a.test/x&#32;git https://b.test/?a=b&amp;c=d&e=f",
    "a.test/x\r\ngit\rssh://b.test",
    "a.test/x\u{200b}git x y",
    "a.test/x git",
    "a.test/x git \u{1} x",
    "",
];

/// A page as bytes, since it may be no UTF-8.
pub(crate) fn page(dice: &mut Dice) -> Vec<u8> {
    let mut page = String::new();
    for _ in 0..dice.between(0, 4) {
        match dice.below(3) {
            0 => page.push_str(dice.pick(&BEFORE)),
            _ => page.push_str(&meta(dice)),
        }
        page.push_str(dice.pick(&["", "\n", "\r\n", " text "]));
    }
    page.push_str(dice.pick(&["", "</head>", "<body>", "<Body/>", "<bodyx>", "</head"]));
    if dice.chance(40) {
        page.push_str(&meta(dice));
    }
    let mut bytes = sometimes_damaged(dice, 25, page).into_bytes();
    if dice.chance(5) {
        let at = dice.below(bytes.len() + 1);
        bytes.insert(at, 0xff);
    }
    bytes
}

fn meta(dice: &mut Dice) -> String {
    let element = dice.pick(&["meta", "meta", "meta", "META", "x:meta", "metas", "link"]);
    let name = dice.pick(&["name", "name", "name", "Name", "x:name", "names"]);
    let value = dice.pick(&["go-import", "go-import", "go-import", "go-source", "GO-IMPORT"]);
    let (quote, other) = (dice.pick(&["\"", "'", "\""]), dice.pick(&["\"", "'", "", "\""]));
    let content = dice.pick(&CONTENTS);
    let [first, second, third] = [(); 3].map(|()| if dice.chance(20) { dice.pick(&ATTRIBUTES) } else { "" });
    let end = dice.pick(&[">", ">", "/>", " >", " / >"]);
    format!(
        "<{element}{first} {name}={other}{value}{other}{second} content={quote}{content}{quote}{third}{end}"
    )
}
