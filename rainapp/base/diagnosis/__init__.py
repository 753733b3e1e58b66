"""What can be told of this installation, to the person and in reports: licences, a crash, an idle GPU; without names."""
