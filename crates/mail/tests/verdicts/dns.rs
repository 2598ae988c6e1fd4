//! A name server on the loopback, with a zone written by hand: nothing leaves the machine.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tokio::net::UdpSocket;

const A: u16 = 1;
const TXT: u16 = 16;

/// What the server knows; everything else does not exist.
#[derive(Default)]
pub struct Zone {
    texts: HashMap<String, Vec<String>>,
    addresses: HashMap<String, Ipv4Addr>,
    /// Names for which it answers that it cannot say.
    failing: Vec<String>,
}

impl Zone {
    pub fn text(&mut self, name: &str, text: &str) {
        self.texts.entry(name.into()).or_default().push(text.into());
    }

    pub fn address(&mut self, name: &str, ip: [u8; 4]) {
        self.addresses.insert(name.into(), ip.into());
    }

    pub fn fails(&mut self, name: &str) {
        self.failing.push(name.into());
    }

    /// Answers on a free port until the test's runtime ends.
    pub async fn serve(self) -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let zone = Arc::new(self);
        tokio::spawn(async move {
            let mut buffer = [0; 1500];
            while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
                if let Some(answer) = zone.answer(&buffer[..length]) {
                    let _ = socket.send_to(&answer, peer).await;
                }
            }
        });
        address
    }

    fn answer(&self, query: &[u8]) -> Option<Vec<u8>> {
        let (name, end) = question(query)?;
        let kind = u16::from_be_bytes([*query.get(end)?, *query.get(end + 1)?]);
        let known = self.texts.contains_key(&name) || self.addresses.contains_key(&name);
        let data: Vec<Vec<u8>> = match kind {
            TXT => self.texts.get(&name).into_iter().flatten().map(|text| strings(text)).collect(),
            A => self.addresses.get(&name).into_iter().map(|ip| ip.octets().to_vec()).collect(),
            _ => Vec::new(),
        };
        let code = if self.failing.contains(&name) {
            2
        } else if known {
            0
        } else {
            3
        };
        let mut out = query[..2].to_vec();
        out.extend([0x84, 0x80 | code, 0, 1, 0, u8::try_from(data.len()).ok()?, 0, 0, 0, 0]);
        out.extend(&query[12..end + 4]);
        for record in data {
            out.extend([0xc0, 12]);
            out.extend(kind.to_be_bytes());
            out.extend([0, 1, 0, 0, 0, 60]);
            out.extend(u16::try_from(record.len()).ok()?.to_be_bytes());
            out.extend(record);
        }
        Some(out)
    }
}

/// The name asked for, in lower case, and where it ends.
fn question(query: &[u8]) -> Option<(String, usize)> {
    let (mut labels, mut at) = (Vec::new(), 12);
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            return Some((labels.join("."), at));
        }
        labels.push(String::from_utf8_lossy(query.get(at..at + length)?).to_lowercase());
        at += length;
    }
}

fn strings(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(250).flat_map(|part| [&[part.len() as u8], part].concat()).collect()
}
