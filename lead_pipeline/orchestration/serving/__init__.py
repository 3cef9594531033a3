"""What `lead-pipeline ui` starts: code server, web server and daemon, each a process that ends with the command."""
