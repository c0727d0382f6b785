//! The known devices that send and receive packets for an end.

use crate::access::DeviceId;

/// Returns `true` if packets between two ends pass the tailnet: if one device may send and another one receive. What a
/// device sends to itself does not, nor what a router forwards between addresses behind itself.
///
/// Both lists are in order. An empty one stands for a device that is not known.
pub fn are_apart(from: &[DeviceId], to: &[DeviceId]) -> bool {
    from.len() != 1 || from != to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_device_alone_sends_nothing_through_the_tailnet() {
        let cases: [(&[DeviceId], &[DeviceId], bool); 6] = [
            (&[3], &[3], false),
            (&[3], &[4], true),
            (&[3], &[3, 4], true),
            (&[3, 4], &[3, 4], true),
            (&[], &[], true),
            (&[], &[3], true),
        ];
        for (from, to, expected) in cases {
            assert_eq!((are_apart(from, to), are_apart(to, from)), (expected, expected), "{from:?} {to:?}");
        }
    }
}
