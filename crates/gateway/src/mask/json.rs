//! JSON in the stream: what the pass list names goes on, everything else is left out.
//!
//! A strict reader (RFC 8259, valid UTF-8) that decides about each value before its first byte goes
//! on; anything else than JSON breaks the stream off. Nothing is collected but a member's name.

mod scalar;

use std::{mem, sync::Arc};

use pforte_core::catalogue::MASK;

use super::pointer::{Places, Pointers};
use crate::body::{Filter, FilterError};
use scalar::{Number, Text};

const MAX_DEPTH: usize = 128;
const MAX_NAME: usize = 4096;
const MAX_NUMBER: usize = 128;

const BAD: FilterError = FilterError("the answer is not JSON");

/// What happens to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// As it is, but for masked members below.
    Show,
    /// A container of which only parts are shown.
    Enter,
    Omit,
}

#[derive(Debug)]
struct Frame {
    object: bool,
    mode: Mode,
    places: Places,
    /// Something inside was let out already, so a comma comes before the next.
    begun: bool,
    index: usize,
}

#[derive(Debug)]
enum State {
    Value,
    /// A value, or the end of an empty array.
    FirstElement,
    /// A name, or the end of an empty object.
    FirstName,
    NextName,
    Name(Text),
    Colon,
    Text(Text),
    Number(Number),
    Word(&'static [u8]),
    /// After a value: a comma, the container's end, or the end of all.
    After,
}

/// Filters one JSON text.
#[derive(Debug)]
pub(crate) struct JsonMask {
    pointers: Arc<Pointers>,
    stack: Vec<Frame>,
    state: State,
    /// Whether the scalar being read goes on.
    emit: bool,
    /// The current member's name, quotes included.
    name: Vec<u8>,
    places: Places,
    length: usize,
    begun: bool,
}

impl JsonMask {
    pub(crate) fn new(pointers: Arc<Pointers>) -> Self {
        let places = pointers.root();
        Self {
            pointers,
            stack: Vec::new(),
            state: State::Value,
            emit: false,
            name: Vec::new(),
            places,
            length: 0,
            begun: false,
        }
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), FilterError> {
        let ended = match &mut self.state {
            State::Text(text) => text.push(byte)?,
            State::Name(text) => {
                let ended = text.push(byte)?;
                return self.name_byte(byte, ended);
            }
            State::Number(number) => {
                if !number.push(byte) {
                    return self.number_ended(byte, out);
                }
                self.length += 1;
                if self.length > MAX_NUMBER {
                    return Err(FilterError("a number is too long"));
                }
                false
            }
            State::Word(rest) => {
                let (_, tail) = rest.split_first().filter(|(first, _)| **first == byte).ok_or(BAD)?;
                *rest = tail;
                tail.is_empty()
            }
            _ if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') => return Ok(()),
            _ => return self.structure(byte, out),
        };
        if self.emit {
            out.push(byte);
        }
        if ended {
            self.state = State::After;
        }
        Ok(())
    }

    /// The number ended before `byte`.
    fn number_ended(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), FilterError> {
        let State::Number(number) = mem::replace(&mut self.state, State::After) else { return Err(BAD) };
        if number.is_whole() { self.byte(byte, out) } else { Err(BAD) }
    }

    fn name_byte(&mut self, byte: u8, ended: bool) -> Result<(), FilterError> {
        self.name.push(byte);
        if self.name.len() > MAX_NAME {
            return Err(FilterError("a member's name is too long"));
        }
        if ended { self.named() } else { Ok(()) }
    }

    fn structure(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), FilterError> {
        match (&self.state, byte) {
            (State::FirstElement, b']') | (State::FirstName, b'}') => self.close(byte, out),
            (State::Value | State::FirstElement, _) => self.value(byte, out),
            (State::FirstName | State::NextName, b'"') => {
                self.name.clear();
                self.name.push(byte);
                self.state = State::Name(Text::default());
                Ok(())
            }
            (State::Colon, b':') => {
                self.state = State::Value;
                Ok(())
            }
            (State::After, b',') => self.next(),
            (State::After, b'}' | b']') => self.close(byte, out),
            _ => Err(BAD),
        }
    }

    /// A member's name is complete: where does its value lie?
    fn named(&mut self) -> Result<(), FilterError> {
        self.state = State::Colon;
        let Some(frame) = self.stack.last() else { return Err(BAD) };
        if frame.mode == Mode::Omit {
            return Ok(());
        }
        // Decoded, because an escaped spelling is the same name.
        let name: String = serde_json::from_slice(&self.name).map_err(|_| BAD)?;
        self.places = self.pointers.step(&frame.places, &name);
        Ok(())
    }

    fn next(&mut self) -> Result<(), FilterError> {
        let frame = self.stack.last_mut().ok_or(BAD)?;
        if frame.object {
            self.state = State::NextName;
            return Ok(());
        }
        frame.index += 1;
        self.state = State::Value;
        self.element();
        Ok(())
    }

    /// Where does the current element of the innermost array lie?
    fn element(&mut self) {
        let Some(frame) = self.stack.last().filter(|frame| frame.mode != Mode::Omit) else { return };
        if !frame.places.is_empty() {
            self.places = self.pointers.step(&frame.places, &frame.index.to_string());
        }
    }

    /// A value begins: decides about it.
    fn value(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), FilterError> {
        self.begun = true;
        let places = mem::take(&mut self.places);
        let container = matches!(byte, b'{' | b'[');
        let mode = self.decide(&places, container, out);
        self.emit = mode != Mode::Omit;
        self.state = match byte {
            b'{' | b'[' => return self.open(byte, mode, places, out),
            b'"' => State::Text(Text::default()),
            b't' => State::Word(b"rue"),
            b'f' => State::Word(b"alse"),
            b'n' => State::Word(b"ull"),
            _ => State::Number(Number::start(byte).ok_or(BAD)?),
        };
        self.length = 1;
        if self.emit {
            out.push(byte);
        }
        Ok(())
    }

    fn decide(&mut self, places: &[usize], container: bool, out: &mut Vec<u8>) -> Mode {
        let parent = self.stack.last().map_or(Mode::Enter, |frame| frame.mode);
        if parent == Mode::Omit {
            return Mode::Omit;
        }
        if self.pointers.is_masked(places) {
            self.lead(out);
            out.push(b'"');
            out.extend_from_slice(MASK.as_bytes());
            out.push(b'"');
            return Mode::Omit;
        }
        let mode = if parent == Mode::Show || self.pointers.is_shown(places) {
            Mode::Show
        } else if container && (self.pointers.leads_on(places) || self.stack.is_empty()) {
            Mode::Enter
        } else {
            Mode::Omit
        };
        if mode != Mode::Omit {
            self.lead(out);
        } else if self.stack.is_empty() {
            out.extend_from_slice(b"null");
        }
        mode
    }

    /// What stands before a value that goes on.
    fn lead(&mut self, out: &mut Vec<u8>) {
        let Some(frame) = self.stack.last_mut() else { return };
        if mem::replace(&mut frame.begun, true) {
            out.push(b',');
        }
        if frame.object {
            out.extend_from_slice(&self.name);
            out.push(b':');
        }
    }

    fn open(&mut self, byte: u8, mode: Mode, places: Places, out: &mut Vec<u8>) -> Result<(), FilterError> {
        if self.stack.len() == MAX_DEPTH {
            return Err(FilterError("the answer is nested too deeply"));
        }
        let object = byte == b'{';
        self.stack.push(Frame { object, mode, places, begun: false, index: 0 });
        if mode != Mode::Omit {
            out.push(byte);
        }
        if object {
            self.state = State::FirstName;
        } else {
            self.state = State::FirstElement;
            self.element();
        }
        Ok(())
    }

    fn close(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), FilterError> {
        let frame = self.stack.pop().ok_or(BAD)?;
        if frame.object != (byte == b'}') {
            return Err(BAD);
        }
        if frame.mode != Mode::Omit {
            out.push(byte);
        }
        self.places.clear();
        self.state = State::After;
        Ok(())
    }
}

impl Filter for JsonMask {
    fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), FilterError> {
        chunk.iter().try_for_each(|byte| self.byte(*byte, out))
    }

    fn finish(&mut self, _: &mut Vec<u8>) -> Result<(), FilterError> {
        let whole = match &self.state {
            State::After => true,
            State::Number(number) => number.is_whole(),
            _ => !self.begun,
        };
        if whole && self.stack.is_empty() { Ok(()) } else { Err(FilterError("the answer ends too early")) }
    }
}

#[cfg(test)]
mod tests;
