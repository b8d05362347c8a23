//! Who listens on a port of loopback, as far as this system tells it: to say in an error whose it is.

use std::fs;
use std::path::{Path, PathBuf};

/// The state of a socket that listens, in the table of sockets.
const LISTENS: &str = "0A";

/// Who holds the port, in words that follow "by"; none where it cannot be found out.
pub(super) fn of(port: u16) -> Option<String> {
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    let (user, socket) = listener(&table, port)?;
    let process = process_with(&format!("socket:[{socket}]"));
    Some(process.unwrap_or_else(|| format!("a process of user {user}")))
}

/// User and inode of the socket that listens on the port.
fn listener(table: &str, port: u16) -> Option<(&str, &str)> {
    let rows = table.lines().skip(1).map(|row| row.split_ascii_whitespace().collect::<Vec<_>>());
    let is_it = |row: &Vec<&str>| {
        let local = row.get(1).and_then(|address| address.rsplit_once(':'));
        local.is_some_and(|(_, hex)| u16::from_str_radix(hex, 16) == Ok(port)) && row.get(3) == Some(&LISTENS)
    };
    let row = rows.into_iter().find(is_it)?;
    Some((row.get(7)?, row.get(9)?))
}

/// The process that has this open, among those that may be looked into.
fn process_with(link: &str) -> Option<String> {
    let numbers =
        fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let number = numbers.into_iter().find(|number: &u32| has_open(&folder(*number), link))?;
    let name = fs::read_to_string(folder(number).join("comm")).unwrap_or_default();
    Some(format!("process {number} ({})", name.trim_end()))
}

fn folder(process: u32) -> PathBuf {
    Path::new("/proc").join(process.to_string())
}

fn has_open(process: &Path, link: &str) -> bool {
    let files = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
    files.into_iter().any(|file| fs::read_link(file.path()).is_ok_and(|target| target.as_os_str() == link))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_the_listener_is_found() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
                     0: 0100007F:44FF 0100007F:9999 01 00000000:00000000 00:00000000 00000000     1        0 7 1 0 0\n   \
                     1: 0100007F:44FF 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0\n";
        assert_eq!(listener(table, 0x44FF), Some(("1000", "4711")));
        assert_eq!(listener(table, 0x9999), None);
        assert_eq!(listener("", 1), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_very_process_is_found() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let told = of(listener.local_addr().unwrap().port()).unwrap();
        assert!(told.starts_with(&format!("process {} (", std::process::id())), "{told}");
    }
}
