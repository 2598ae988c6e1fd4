//! JSON pointers with `*`, as one tree.

use std::collections::HashMap;

/// The pointers of a pass list.
#[derive(Debug)]
pub(crate) struct Pointers {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    names: HashMap<String, usize>,
    any: Option<usize>,
    shown: bool,
    masked: bool,
}

/// Where in the tree a value lies: usually at one node, at several when `*` and a name both fit.
pub(crate) type Places = Vec<usize>;

impl Pointers {
    /// Compiles `shown` and `masked` pointers (RFC 6901, `*` for any one member or element).
    pub(crate) fn new(shown: &[String], masked: &[String]) -> Result<Self, &'static str> {
        let mut tree = Self { nodes: vec![Node::default()] };
        for pointer in shown {
            let at = tree.grow(pointer)?;
            tree.nodes[at].shown = true;
        }
        for pointer in masked {
            let at = tree.grow(pointer)?;
            tree.nodes[at].masked = true;
        }
        Ok(tree)
    }

    fn grow(&mut self, pointer: &str) -> Result<usize, &'static str> {
        let mut at = 0;
        if pointer.is_empty() {
            return Ok(at);
        }
        let rest = pointer.strip_prefix('/').ok_or("a JSON pointer of a pass list starts without a slash")?;
        for token in rest.split('/') {
            let next = self.nodes.len();
            let found = if token == "*" {
                *self.nodes[at].any.get_or_insert(next)
            } else {
                let name = token.replace("~1", "/").replace("~0", "~");
                *self.nodes[at].names.entry(name).or_insert(next)
            };
            if found == next {
                self.nodes.push(Node::default());
            }
            at = found;
        }
        Ok(at)
    }

    pub(crate) fn root(&self) -> Places {
        vec![0]
    }

    /// The places of the member `name` of a value at `places`.
    pub(crate) fn step(&self, places: &[usize], name: &str) -> Places {
        let mut next = Places::new();
        for node in places.iter().map(|at| &self.nodes[*at]) {
            next.extend(node.names.get(name));
            next.extend(node.any);
        }
        next
    }

    pub(crate) fn is_shown(&self, places: &[usize]) -> bool {
        places.iter().any(|at| self.nodes[*at].shown)
    }

    pub(crate) fn is_masked(&self, places: &[usize]) -> bool {
        places.iter().any(|at| self.nodes[*at].masked)
    }

    /// Whether something below may still be shown or masked.
    pub(crate) fn leads_on(&self, places: &[usize]) -> bool {
        places.iter().map(|at| &self.nodes[*at]).any(|node| node.any.is_some() || !node.names.is_empty())
    }
}
