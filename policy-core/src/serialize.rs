//! Serialisation, behind the feature `serde`. A type that has a text form in policies serialises as
//! that text.

use serde::{Serialize, Serializer};

use crate::Code;
use crate::access::PortSet;
use crate::json::Value;
use crate::model::{Autogroup, Date, PortRange, Protocol, Selector};
use crate::name::{Capability, Device, Group, Host, IpSet, Posture, Service, Tag, User};
use crate::source::Text;

macro_rules! as_text {
    ($($type:ty, $value:ident => $text:expr;)*) => {
        $(
            impl Serialize for $type {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let $value = self;
                    serializer.collect_str(&$text)
                }
            }
        )*
    };
}

as_text! {
    Autogroup, autogroup => autogroup.name();
    Capability, capability => capability;
    Code, code => code.name();
    Date, date => date;
    Device, device => device;
    Group, group => group;
    Host, host => host;
    IpSet, set => set;
    PortRange, ports => ports;
    PortSet, ports => ports;
    Posture, posture => posture;
    Protocol, protocol => protocol;
    Selector, selector => selector.text;
    Service, service => service;
    Tag, tag => tag;
    Text, text => text;
    User, user => user;
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(number) => number.serialize(serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(items) => serializer.collect_seq(items),
            Value::Object(members) => serializer.collect_map(members),
        }
    }
}
