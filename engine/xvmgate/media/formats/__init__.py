"""What a file or an image is, told by its bytes: pure readers that know no medium."""
