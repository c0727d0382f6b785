//! The known devices that send and receive packets for an end.

use crate::access::{DeviceId, sorted};

/// Returns `true` if packets from one end to another one pass the tailnet. Neither what a device sends to itself does, nor
/// what it sends to an address that it routes itself.
///
/// Both lists are in order. An empty one stands for devices that are not known.
pub fn pass_tailnet(from: &[DeviceId], to: &[DeviceId]) -> bool {
    from.is_empty() || from.iter().any(|&device| !sorted::contains(to, device))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_sends_through_the_tailnet_what_is_neither_its_own_nor_behind_it() {
        let cases: [(&[DeviceId], &[DeviceId], bool); 7] = [
            (&[3], &[3], false),
            (&[3], &[4], true),
            (&[3], &[3, 4], false),
            (&[3, 4], &[3], true),
            (&[3, 4], &[3, 4], false),
            (&[], &[], true),
            (&[3], &[], true),
        ];
        for (from, to, expected) in cases {
            assert_eq!(pass_tailnet(from, to), expected, "{from:?} {to:?}");
        }
    }
}
