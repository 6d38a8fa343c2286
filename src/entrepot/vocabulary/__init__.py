"""Small tables of terms that several packages speak: purposes, kinds of data, and which law counts what as sensitive."""
