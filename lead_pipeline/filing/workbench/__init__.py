"""What people leave unfinished at the workbench: corrections of rows, imports that are being prepared."""
