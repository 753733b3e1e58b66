"""The version of rainapp, which knows nobody, so that everybody may know it."""

VERSION = "0.1.0"
