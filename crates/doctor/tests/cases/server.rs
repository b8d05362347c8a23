//! A place on loopback that behaves as it is told, down to the single byte.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::fault::{Line, Manner};

/// A whole answer of a place that has nothing wrong with it.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: Vec<u8>,
}

/// What a place has for a path.
pub(crate) type Shelf = std::sync::Arc<dyn Fn(&str) -> Reply + Send + Sync>;

/// How a place behaves.
#[derive(Clone)]
pub(crate) struct Conduct {
    pub(crate) line: Line,
    pub(crate) manner: Manner,
    pub(crate) tls: Option<TlsAcceptor>,
    /// What its clock shows; none for answers without a date.
    pub(crate) date: Option<SystemTime>,
    /// Where a page is that it redirects to.
    pub(crate) portal: Option<String>,
    pub(crate) shelf: Shelf,
    /// The heads of the requests that came.
    pub(crate) heard: std::sync::Arc<std::sync::Mutex<Vec<String>>>,
}

/// A running place; dropping it closes its port.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    task: Option<JoinHandle<()>>,
    /// Bound without listening: who connects is refused, and nobody else takes the port.
    _reserved: Option<TcpSocket>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.iter().for_each(JoinHandle::abort);
    }
}

impl Server {
    pub(crate) async fn start(conduct: Conduct) -> Self {
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        if conduct.line == Line::Refused {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(here).unwrap();
            let address = socket.local_addr().unwrap();
            return Self { address, task: None, _reserved: Some(socket) };
        }
        let listener = TcpListener::bind(here).await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(accept(listener, conduct));
        Self { address, task: Some(task), _reserved: None }
    }
}

async fn accept(listener: TcpListener, conduct: Conduct) {
    let mut taken = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        taken.spawn(connection(stream, conduct.clone()));
    }
}

async fn connection(mut stream: TcpStream, conduct: Conduct) {
    match (conduct.line, &conduct.tls) {
        (Line::Silent, _) => drop(for_ever().await),
        (Line::Plain, _) => {
            let mut hello = [0; 512];
            let _ = stream.read(&mut hello).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
            let _ = stream.shutdown().await;
        }
        (_, Some(acceptor)) => {
            let acceptor = acceptor.clone();
            if let Ok(stream) = acceptor.accept(stream).await {
                talk(stream, conduct).await;
            }
        }
        (_, None) => talk(stream, conduct).await,
    }
}

async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, conduct: Conduct) {
    let Some(head) = head(&mut stream).await else { return };
    let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
    conduct.heard.lock().unwrap().push(head);
    // Who hangs up early has heard enough.
    let _ = answer(&mut stream, &path, &conduct).await;
    let _ = stream.shutdown().await;
}

async fn head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let (mut head, mut piece) = (Vec::new(), [0; 4096]);
    while !head.ends_with(b"\r\n\r\n") {
        let length = stream.read(&mut piece).await.ok().filter(|length| *length > 0)?;
        head.extend_from_slice(&piece[..length]);
    }
    String::from_utf8(head).ok()
}

async fn for_ever() -> std::io::Result<()> {
    tokio::time::sleep(Duration::from_hours(1)).await;
    Ok(())
}

async fn answer(
    stream: &mut (impl AsyncWrite + Unpin),
    path: &str,
    conduct: &Conduct,
) -> std::io::Result<()> {
    let date =
        conduct.date.map_or_else(String::new, |date| format!("Date: {}\r\n", httpdate::fmt_http_date(date)));
    let head = |status: u16, more: &str, length: usize| {
        format!("HTTP/1.1 {status} X\r\n{date}{more}Content-Length: {length}\r\nConnection: close\r\n\r\n")
    };
    let text = "Content-Type: text/plain\r\n";
    match conduct.manner {
        Manner::Good => {
            let Reply { status, kind, body } = (conduct.shelf)(path);
            stream
                .write_all(head(status, &format!("Content-Type: {kind}\r\n"), body.len()).as_bytes())
                .await?;
            stream.write_all(&body).await
        }
        Manner::Silent => for_ever().await,
        Manner::StalledHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Ty").await?;
            stream.flush().await?;
            for_ever().await
        }
        Manner::StalledBody => {
            stream.write_all(format!("{}{{\"Ver", head(200, text, 1000)).as_bytes()).await?;
            stream.flush().await?;
            for_ever().await
        }
        Manner::HungUp => Ok(()),
        Manner::CutBody => stream.write_all(format!("{}{{\"Ver", head(200, text, 1000)).as_bytes()).await,
        Manner::NotHttp => stream.write_all(b"220 mail.test ESMTP\r\n").await,
        Manner::Circle => stream.write_all(head(302, &format!("Location: {path}\r\n"), 0).as_bytes()).await,
        Manner::ToPlain => {
            stream.write_all(head(302, "Location: ftp://elsewhere.test/\r\n", 0).as_bytes()).await
        }
        Manner::PageElsewhere => {
            let portal = conduct.portal.as_deref().unwrap_or_default();
            stream.write_all(head(302, &format!("Location: {portal}\r\n"), 0).as_bytes()).await
        }
        Manner::Page => {
            let page = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>";
            let head = head(200, "Content-Type: text/html\r\n", page.len());
            stream.write_all(format!("{head}{page}").as_bytes()).await
        }
        Manner::Status(204) => stream.write_all(head(204, "", 0).as_bytes()).await,
        Manner::Status(status) => {
            stream.write_all(format!("{}not today", head(status, text, 9)).as_bytes()).await
        }
    }
}
