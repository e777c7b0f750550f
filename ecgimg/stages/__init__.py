"""The steps between a photo and a recording, one public function each."""
