// Written by scripts/samples.py: a small data set for `recurrent train tagger`. Sentences in
// CoNLL-U, with words whose tag depends on their place.

extension Samples {
  static let tagger = #"""
    # text = Anna took that light box .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2	took	take	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	light	light	ADJ	_	_	_	_	_	_
    5	box	box	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = He wants to dry that fast watch .
    1	He	he	PRON	_	_	_	_	_	_
    2	wants	want	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	dry	dry	VERB	_	_	_	_	_	_
    5	that	that	DET	_	_	_	_	_	_
    6	fast	fast	ADJ	_	_	_	_	_	_
    7	watch	watch	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna wants to open this dry can .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2	wants	want	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	open	open	VERB	_	_	_	_	_	_
    5	this	this	DET	_	_	_	_	_	_
    6	dry	dry	ADJ	_	_	_	_	_	_
    7	can	can	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = That is that box .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	box	box	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Do we clean this open coat ?
    1	Do	do	AUX	_	_	_	_	_	_
    2	we	we	PRON	_	_	_	_	_	_
    3	clean	clean	VERB	_	_	_	_	_	_
    4	this	this	DET	_	_	_	_	_	_
    5	open	open	ADJ	_	_	_	_	_	_
    6	coat	coat	NOUN	_	_	_	_	_	_
    7	?	?	PUNCT	_	_	_	_	_	_

    # text = Tom walks to the light .
    1	Tom	Tom	PROPN	_	_	_	_	_	_
    2	walks	walk	VERB	_	_	_	_	_	_
    3	to	to	ADP	_	_	_	_	_	_
    4	the	the	DET	_	_	_	_	_	_
    5	light	light	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Does he rest now ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	he	he	PRON	_	_	_	_	_	_
    3	rest	rest	VERB	_	_	_	_	_	_
    4	now	now	ADV	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_

    # text = Tom says that we light this fire .
    1	Tom	Tom	PROPN	_	_	_	_	_	_
    2	says	say	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	we	we	PRON	_	_	_	_	_	_
    5	light	light	VERB	_	_	_	_	_	_
    6	this	this	DET	_	_	_	_	_	_
    7	fire	fire	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = I look like my cook .
    1	I	I	PRON	_	_	_	_	_	_
    2	look	look	VERB	_	_	_	_	_	_
    3	like	like	ADP	_	_	_	_	_	_
    4	my	my	PRON	_	_	_	_	_	_
    5	cook	cook	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = That is the fast watch .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	fast	fast	ADJ	_	_	_	_	_	_
    5	watch	watch	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = We'll plan that early play .
    1-2	We'll	_	_	_	_	_	_	_	_
    1	We	we	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	plan	plan	VERB	_	_	_	_	_	_
    4	that	that	DET	_	_	_	_	_	_
    5	early	early	ADJ	_	_	_	_	_	_
    6	play	play	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = My light can is clean .
    1	My	my	PRON	_	_	_	_	_	_
    2	light	light	ADJ	_	_	_	_	_	_
    3	can	can	NOUN	_	_	_	_	_	_
    4	is	be	AUX	_	_	_	_	_	_
    5	clean	clean	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = That is early .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	early	early	ADJ	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = They like to walk to that light .
    1	They	they	PRON	_	_	_	_	_	_
    2	like	like	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	walk	walk	VERB	_	_	_	_	_	_
    5	to	to	ADP	_	_	_	_	_	_
    6	that	that	DET	_	_	_	_	_	_
    7	light	light	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = The watch was open .
    1	The	the	DET	_	_	_	_	_	_
    2	watch	watch	NOUN	_	_	_	_	_	_
    3	was	be	AUX	_	_	_	_	_	_
    4	open	open	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = I work now .
    1	I	I	PRON	_	_	_	_	_	_
    2	work	work	VERB	_	_	_	_	_	_
    3	now	now	ADV	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = They will work early .
    1	They	they	PRON	_	_	_	_	_	_
    2	will	will	AUX	_	_	_	_	_	_
    3	work	work	VERB	_	_	_	_	_	_
    4	early	early	ADV	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = We know that she watches the play .
    1	We	we	PRON	_	_	_	_	_	_
    2	know	know	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	she	she	PRON	_	_	_	_	_	_
    5	watches	watch	VERB	_	_	_	_	_	_
    6	the	the	DET	_	_	_	_	_	_
    7	play	play	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = I'll work now .
    1-2	I'll	_	_	_	_	_	_	_	_
    1	I	I	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	work	work	VERB	_	_	_	_	_	_
    4	now	now	ADV	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = That is that fast watch .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	fast	fast	ADJ	_	_	_	_	_	_
    5	watch	watch	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Rest early .
    1	Rest	rest	VERB	_	_	_	_	_	_
    2	early	early	ADV	_	_	_	_	_	_
    3	.	.	PUNCT	_	_	_	_	_	_

    # text = Do they do this work ?
    1	Do	do	AUX	_	_	_	_	_	_
    2	they	they	PRON	_	_	_	_	_	_
    3	do	do	VERB	_	_	_	_	_	_
    4	this	this	DET	_	_	_	_	_	_
    5	work	work	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = The watch that he took is dry .
    1	The	the	DET	_	_	_	_	_	_
    2	watch	watch	NOUN	_	_	_	_	_	_
    3	that	that	PRON	_	_	_	_	_	_
    4	he	he	PRON	_	_	_	_	_	_
    5	took	take	VERB	_	_	_	_	_	_
    6	is	be	AUX	_	_	_	_	_	_
    7	dry	dry	ADJ	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = He does not rest early .
    1	He	he	PRON	_	_	_	_	_	_
    2	does	do	AUX	_	_	_	_	_	_
    3	not	not	PART	_	_	_	_	_	_
    4	rest	rest	VERB	_	_	_	_	_	_
    5	early	early	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = That dry box that you took was dry .
    1	That	that	DET	_	_	_	_	_	_
    2	dry	dry	ADJ	_	_	_	_	_	_
    3	box	box	NOUN	_	_	_	_	_	_
    4	that	that	PRON	_	_	_	_	_	_
    5	you	you	PRON	_	_	_	_	_	_
    6	took	take	VERB	_	_	_	_	_	_
    7	was	be	AUX	_	_	_	_	_	_
    8	dry	dry	ADJ	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = They like to work early .
    1	They	they	PRON	_	_	_	_	_	_
    2	like	like	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	work	work	VERB	_	_	_	_	_	_
    5	early	early	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = They play now .
    1	They	they	PRON	_	_	_	_	_	_
    2	play	play	VERB	_	_	_	_	_	_
    3	now	now	ADV	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = He says that you clean that open can .
    1	He	he	PRON	_	_	_	_	_	_
    2	says	say	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	you	you	PRON	_	_	_	_	_	_
    5	clean	clean	VERB	_	_	_	_	_	_
    6	that	that	DET	_	_	_	_	_	_
    7	open	open	ADJ	_	_	_	_	_	_
    8	can	can	NOUN	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = Tom says that you work early .
    1	Tom	Tom	PROPN	_	_	_	_	_	_
    2	says	say	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	you	you	PRON	_	_	_	_	_	_
    5	work	work	VERB	_	_	_	_	_	_
    6	early	early	ADV	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = Her can that he took was dry .
    1	Her	her	PRON	_	_	_	_	_	_
    2	can	can	NOUN	_	_	_	_	_	_
    3	that	that	PRON	_	_	_	_	_	_
    4	he	he	PRON	_	_	_	_	_	_
    5	took	take	VERB	_	_	_	_	_	_
    6	was	be	AUX	_	_	_	_	_	_
    7	dry	dry	ADJ	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = Was this plan long ?
    1	Was	be	AUX	_	_	_	_	_	_
    2	this	this	DET	_	_	_	_	_	_
    3	plan	plan	NOUN	_	_	_	_	_	_
    4	long	long	ADJ	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_

    # text = They do not clean that fast watch .
    1	They	they	PRON	_	_	_	_	_	_
    2	do	do	AUX	_	_	_	_	_	_
    3	not	not	PART	_	_	_	_	_	_
    4	clean	clean	VERB	_	_	_	_	_	_
    5	that	that	DET	_	_	_	_	_	_
    6	fast	fast	ADJ	_	_	_	_	_	_
    7	watch	watch	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = Tom says that you plan that light work .
    1	Tom	Tom	PROPN	_	_	_	_	_	_
    2	says	say	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	you	you	PRON	_	_	_	_	_	_
    5	plan	plan	VERB	_	_	_	_	_	_
    6	that	that	DET	_	_	_	_	_	_
    7	light	light	ADJ	_	_	_	_	_	_
    8	work	work	NOUN	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = He wants to open that box .
    1	He	he	PRON	_	_	_	_	_	_
    2	wants	want	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	open	open	VERB	_	_	_	_	_	_
    5	that	that	DET	_	_	_	_	_	_
    6	box	box	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = We know that she cleans the dry coat .
    1	We	we	PRON	_	_	_	_	_	_
    2	know	know	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	she	she	PRON	_	_	_	_	_	_
    5	cleans	clean	VERB	_	_	_	_	_	_
    6	the	the	DET	_	_	_	_	_	_
    7	dry	dry	ADJ	_	_	_	_	_	_
    8	coat	coat	NOUN	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = Does he like my light work ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	he	he	PRON	_	_	_	_	_	_
    3	like	like	VERB	_	_	_	_	_	_
    4	my	my	PRON	_	_	_	_	_	_
    5	light	light	ADJ	_	_	_	_	_	_
    6	work	work	NOUN	_	_	_	_	_	_
    7	?	?	PUNCT	_	_	_	_	_	_

    # text = Do you rest now ?
    1	Do	do	AUX	_	_	_	_	_	_
    2	you	you	PRON	_	_	_	_	_	_
    3	rest	rest	VERB	_	_	_	_	_	_
    4	now	now	ADV	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_

    # text = This fast watch that Tom took was light .
    1	This	this	DET	_	_	_	_	_	_
    2	fast	fast	ADJ	_	_	_	_	_	_
    3	watch	watch	NOUN	_	_	_	_	_	_
    4	that	that	PRON	_	_	_	_	_	_
    5	Tom	Tom	PROPN	_	_	_	_	_	_
    6	took	take	VERB	_	_	_	_	_	_
    7	was	be	AUX	_	_	_	_	_	_
    8	light	light	ADJ	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = They look like her cook .
    1	They	they	PRON	_	_	_	_	_	_
    2	look	look	VERB	_	_	_	_	_	_
    3	like	like	ADP	_	_	_	_	_	_
    4	her	her	PRON	_	_	_	_	_	_
    5	cook	cook	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = He does not light the lamp .
    1	He	he	PRON	_	_	_	_	_	_
    2	does	do	AUX	_	_	_	_	_	_
    3	not	not	PART	_	_	_	_	_	_
    4	light	light	VERB	_	_	_	_	_	_
    5	the	the	DET	_	_	_	_	_	_
    6	lamp	lamp	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = That fast watch that Anna took was light .
    1	That	that	DET	_	_	_	_	_	_
    2	fast	fast	ADJ	_	_	_	_	_	_
    3	watch	watch	NOUN	_	_	_	_	_	_
    4	that	that	PRON	_	_	_	_	_	_
    5	Anna	Anna	PROPN	_	_	_	_	_	_
    6	took	take	VERB	_	_	_	_	_	_
    7	was	be	AUX	_	_	_	_	_	_
    8	light	light	ADJ	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = Work now .
    1	Work	work	VERB	_	_	_	_	_	_
    2	now	now	ADV	_	_	_	_	_	_
    3	.	.	PUNCT	_	_	_	_	_	_

    # text = They can open the clean coat .
    1	They	they	PRON	_	_	_	_	_	_
    2	can	can	AUX	_	_	_	_	_	_
    3	open	open	VERB	_	_	_	_	_	_
    4	the	the	DET	_	_	_	_	_	_
    5	clean	clean	ADJ	_	_	_	_	_	_
    6	coat	coat	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna opens the clean coat .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2	opens	open	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	clean	clean	ADJ	_	_	_	_	_	_
    5	coat	coat	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Will we light this fire ?
    1	Will	will	AUX	_	_	_	_	_	_
    2	we	we	PRON	_	_	_	_	_	_
    3	light	light	VERB	_	_	_	_	_	_
    4	this	this	DET	_	_	_	_	_	_
    5	fire	fire	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = They don't open her box .
    1	They	they	PRON	_	_	_	_	_	_
    2-3	don't	_	_	_	_	_	_	_	_
    2	do	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	open	open	VERB	_	_	_	_	_	_
    5	her	her	PRON	_	_	_	_	_	_
    6	box	box	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = They know that he walks back .
    1	They	they	PRON	_	_	_	_	_	_
    2	know	know	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	he	he	PRON	_	_	_	_	_	_
    5	walks	walk	VERB	_	_	_	_	_	_
    6	back	back	ADV	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = I watch the long walk .
    1	I	I	PRON	_	_	_	_	_	_
    2	watch	watch	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	long	long	ADJ	_	_	_	_	_	_
    5	walk	walk	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = The clean box was dry .
    1	The	the	DET	_	_	_	_	_	_
    2	clean	clean	ADJ	_	_	_	_	_	_
    3	box	box	NOUN	_	_	_	_	_	_
    4	was	be	AUX	_	_	_	_	_	_
    5	dry	dry	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = My fast watch that you took was light .
    1	My	my	PRON	_	_	_	_	_	_
    2	fast	fast	ADJ	_	_	_	_	_	_
    3	watch	watch	NOUN	_	_	_	_	_	_
    4	that	that	PRON	_	_	_	_	_	_
    5	you	you	PRON	_	_	_	_	_	_
    6	took	take	VERB	_	_	_	_	_	_
    7	was	be	AUX	_	_	_	_	_	_
    8	light	light	ADJ	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = The fast watch was dry .
    1	The	the	DET	_	_	_	_	_	_
    2	fast	fast	ADJ	_	_	_	_	_	_
    3	watch	watch	NOUN	_	_	_	_	_	_
    4	was	be	AUX	_	_	_	_	_	_
    5	dry	dry	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = That is my can .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	my	my	PRON	_	_	_	_	_	_
    4	can	can	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = He's early .
    1-2	He's	_	_	_	_	_	_	_	_
    1	He	he	PRON	_	_	_	_	_	_
    2	's	be	AUX	_	_	_	_	_	_
    3	early	early	ADJ	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = He plans my plan .
    1	He	he	PRON	_	_	_	_	_	_
    2	plans	plan	VERB	_	_	_	_	_	_
    3	my	my	PRON	_	_	_	_	_	_
    4	plan	plan	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = He says that I walk back .
    1	He	he	PRON	_	_	_	_	_	_
    2	says	say	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	I	I	PRON	_	_	_	_	_	_
    5	walk	walk	VERB	_	_	_	_	_	_
    6	back	back	ADV	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = Does he do her work ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	he	he	PRON	_	_	_	_	_	_
    3	do	do	VERB	_	_	_	_	_	_
    4	her	her	PRON	_	_	_	_	_	_
    5	work	work	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = That was long .
    1	That	that	PRON	_	_	_	_	_	_
    2	was	be	AUX	_	_	_	_	_	_
    3	long	long	ADJ	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = They plan that work .
    1	They	they	PRON	_	_	_	_	_	_
    2	plan	plan	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	work	work	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = We look like her cook .
    1	We	we	PRON	_	_	_	_	_	_
    2	look	look	VERB	_	_	_	_	_	_
    3	like	like	ADP	_	_	_	_	_	_
    4	her	her	PRON	_	_	_	_	_	_
    5	cook	cook	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = That was good .
    1	That	that	PRON	_	_	_	_	_	_
    2	was	be	AUX	_	_	_	_	_	_
    3	good	good	ADJ	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna doesn't plan that plan .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2-3	doesn't	_	_	_	_	_	_	_	_
    2	does	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	plan	plan	VERB	_	_	_	_	_	_
    5	that	that	DET	_	_	_	_	_	_
    6	plan	plan	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = He's fast .
    1-2	He's	_	_	_	_	_	_	_	_
    1	He	he	PRON	_	_	_	_	_	_
    2	's	be	AUX	_	_	_	_	_	_
    3	fast	fast	ADJ	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = This box was dry .
    1	This	this	DET	_	_	_	_	_	_
    2	box	box	NOUN	_	_	_	_	_	_
    3	was	be	AUX	_	_	_	_	_	_
    4	dry	dry	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna saw the walk .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2	saw	see	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	walk	walk	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = My clean box that Tom took was light .
    1	My	my	PRON	_	_	_	_	_	_
    2	clean	clean	ADJ	_	_	_	_	_	_
    3	box	box	NOUN	_	_	_	_	_	_
    4	that	that	PRON	_	_	_	_	_	_
    5	Tom	Tom	PROPN	_	_	_	_	_	_
    6	took	take	VERB	_	_	_	_	_	_
    7	was	be	AUX	_	_	_	_	_	_
    8	light	light	ADJ	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = She does not open this watch .
    1	She	she	PRON	_	_	_	_	_	_
    2	does	do	AUX	_	_	_	_	_	_
    3	not	not	PART	_	_	_	_	_	_
    4	open	open	VERB	_	_	_	_	_	_
    5	this	this	DET	_	_	_	_	_	_
    6	watch	watch	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = Does Anna like the light work ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	Anna	Anna	PROPN	_	_	_	_	_	_
    3	like	like	VERB	_	_	_	_	_	_
    4	the	the	DET	_	_	_	_	_	_
    5	light	light	ADJ	_	_	_	_	_	_
    6	work	work	NOUN	_	_	_	_	_	_
    7	?	?	PUNCT	_	_	_	_	_	_

    # text = He likes that light work .
    1	He	he	PRON	_	_	_	_	_	_
    2	likes	like	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	light	light	ADJ	_	_	_	_	_	_
    5	work	work	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = My can was clean .
    1	My	my	PRON	_	_	_	_	_	_
    2	can	can	NOUN	_	_	_	_	_	_
    3	was	be	AUX	_	_	_	_	_	_
    4	clean	clean	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = This watch is clean .
    1	This	this	DET	_	_	_	_	_	_
    2	watch	watch	NOUN	_	_	_	_	_	_
    3	is	be	AUX	_	_	_	_	_	_
    4	clean	clean	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = We'll clean her box .
    1-2	We'll	_	_	_	_	_	_	_	_
    1	We	we	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	clean	clean	VERB	_	_	_	_	_	_
    4	her	her	PRON	_	_	_	_	_	_
    5	box	box	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = That plan was long .
    1	That	that	DET	_	_	_	_	_	_
    2	plan	plan	NOUN	_	_	_	_	_	_
    3	was	be	AUX	_	_	_	_	_	_
    4	long	long	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = That is that can .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	can	can	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Do they work early ?
    1	Do	do	AUX	_	_	_	_	_	_
    2	they	they	PRON	_	_	_	_	_	_
    3	work	work	VERB	_	_	_	_	_	_
    4	early	early	ADV	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_

    # text = That is this dry can .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	dry	dry	ADJ	_	_	_	_	_	_
    5	can	can	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = That is her can .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	her	her	PRON	_	_	_	_	_	_
    4	can	can	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = I took the can .
    1	I	I	PRON	_	_	_	_	_	_
    2	took	take	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	can	can	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna saw my walk .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2	saw	see	VERB	_	_	_	_	_	_
    3	my	my	PRON	_	_	_	_	_	_
    4	walk	walk	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = You rest early .
    1	You	you	PRON	_	_	_	_	_	_
    2	rest	rest	VERB	_	_	_	_	_	_
    3	early	early	ADV	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = Does Tom play early ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	Tom	Tom	PROPN	_	_	_	_	_	_
    3	play	play	VERB	_	_	_	_	_	_
    4	early	early	ADV	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_

    # text = The long walk was long .
    1	The	the	DET	_	_	_	_	_	_
    2	long	long	ADJ	_	_	_	_	_	_
    3	walk	walk	NOUN	_	_	_	_	_	_
    4	was	be	AUX	_	_	_	_	_	_
    5	long	long	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = We do not work now .
    1	We	we	PRON	_	_	_	_	_	_
    2	do	do	AUX	_	_	_	_	_	_
    3	not	not	PART	_	_	_	_	_	_
    4	work	work	VERB	_	_	_	_	_	_
    5	now	now	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = She's early .
    1-2	She's	_	_	_	_	_	_	_	_
    1	She	she	PRON	_	_	_	_	_	_
    2	's	be	AUX	_	_	_	_	_	_
    3	early	early	ADJ	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = The long walk was early .
    1	The	the	DET	_	_	_	_	_	_
    2	long	long	ADJ	_	_	_	_	_	_
    3	walk	walk	NOUN	_	_	_	_	_	_
    4	was	be	AUX	_	_	_	_	_	_
    5	early	early	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = He doesn't clean this open coat .
    1	He	he	PRON	_	_	_	_	_	_
    2-3	doesn't	_	_	_	_	_	_	_	_
    2	does	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	clean	clean	VERB	_	_	_	_	_	_
    5	this	this	DET	_	_	_	_	_	_
    6	open	open	ADJ	_	_	_	_	_	_
    7	coat	coat	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = That is good .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	good	good	ADJ	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = My box was light .
    1	My	my	PRON	_	_	_	_	_	_
    2	box	box	NOUN	_	_	_	_	_	_
    3	was	be	AUX	_	_	_	_	_	_
    4	light	light	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna doesn't like that plan .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2-3	doesn't	_	_	_	_	_	_	_	_
    2	does	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	like	like	VERB	_	_	_	_	_	_
    5	that	that	DET	_	_	_	_	_	_
    6	plan	plan	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = They saw this play .
    1	They	they	PRON	_	_	_	_	_	_
    2	saw	see	VERB	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	play	play	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Does Anna clean my light can ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	Anna	Anna	PROPN	_	_	_	_	_	_
    3	clean	clean	VERB	_	_	_	_	_	_
    4	my	my	PRON	_	_	_	_	_	_
    5	light	light	ADJ	_	_	_	_	_	_
    6	can	can	NOUN	_	_	_	_	_	_
    7	?	?	PUNCT	_	_	_	_	_	_

    # text = This can is dry .
    1	This	this	DET	_	_	_	_	_	_
    2	can	can	NOUN	_	_	_	_	_	_
    3	is	be	AUX	_	_	_	_	_	_
    4	dry	dry	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = You will like her light work .
    1	You	you	PRON	_	_	_	_	_	_
    2	will	will	AUX	_	_	_	_	_	_
    3	like	like	VERB	_	_	_	_	_	_
    4	her	her	PRON	_	_	_	_	_	_
    5	light	light	ADJ	_	_	_	_	_	_
    6	work	work	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = You clean her box .
    1	You	you	PRON	_	_	_	_	_	_
    2	clean	clean	VERB	_	_	_	_	_	_
    3	her	her	PRON	_	_	_	_	_	_
    4	box	box	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Can you light that lamp ?
    1	Can	can	AUX	_	_	_	_	_	_
    2	you	you	PRON	_	_	_	_	_	_
    3	light	light	VERB	_	_	_	_	_	_
    4	that	that	DET	_	_	_	_	_	_
    5	lamp	lamp	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = Do I rest now ?
    1	Do	do	AUX	_	_	_	_	_	_
    2	I	I	PRON	_	_	_	_	_	_
    3	rest	rest	VERB	_	_	_	_	_	_
    4	now	now	ADV	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_

    # text = This fast watch is light .
    1	This	this	DET	_	_	_	_	_	_
    2	fast	fast	ADJ	_	_	_	_	_	_
    3	watch	watch	NOUN	_	_	_	_	_	_
    4	is	be	AUX	_	_	_	_	_	_
    5	light	light	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = The fast watch that they took was open .
    1	The	the	DET	_	_	_	_	_	_
    2	fast	fast	ADJ	_	_	_	_	_	_
    3	watch	watch	NOUN	_	_	_	_	_	_
    4	that	that	PRON	_	_	_	_	_	_
    5	they	they	PRON	_	_	_	_	_	_
    6	took	take	VERB	_	_	_	_	_	_
    7	was	be	AUX	_	_	_	_	_	_
    8	open	open	ADJ	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = You look like her cook .
    1	You	you	PRON	_	_	_	_	_	_
    2	look	look	VERB	_	_	_	_	_	_
    3	like	like	ADP	_	_	_	_	_	_
    4	her	her	PRON	_	_	_	_	_	_
    5	cook	cook	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = I'll light my lamp .
    1-2	I'll	_	_	_	_	_	_	_	_
    1	I	I	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	light	light	VERB	_	_	_	_	_	_
    4	my	my	PRON	_	_	_	_	_	_
    5	lamp	lamp	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = They know that she plays now .
    1	They	they	PRON	_	_	_	_	_	_
    2	know	know	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	she	she	PRON	_	_	_	_	_	_
    5	plays	play	VERB	_	_	_	_	_	_
    6	now	now	ADV	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = Must he rest now ?
    1	Must	must	AUX	_	_	_	_	_	_
    2	he	he	PRON	_	_	_	_	_	_
    3	rest	rest	VERB	_	_	_	_	_	_
    4	now	now	ADV	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_

    # text = That is this dry coat .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	dry	dry	ADJ	_	_	_	_	_	_
    5	coat	coat	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = She doesn't plan that light work .
    1	She	she	PRON	_	_	_	_	_	_
    2-3	doesn't	_	_	_	_	_	_	_	_
    2	does	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	plan	plan	VERB	_	_	_	_	_	_
    5	that	that	DET	_	_	_	_	_	_
    6	light	light	ADJ	_	_	_	_	_	_
    7	work	work	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = That is long .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	long	long	ADJ	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = Does he watch my early play ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	he	he	PRON	_	_	_	_	_	_
    3	watch	watch	VERB	_	_	_	_	_	_
    4	my	my	PRON	_	_	_	_	_	_
    5	early	early	ADJ	_	_	_	_	_	_
    6	play	play	NOUN	_	_	_	_	_	_
    7	?	?	PUNCT	_	_	_	_	_	_

    # text = Tom opens my open can .
    1	Tom	Tom	PROPN	_	_	_	_	_	_
    2	opens	open	VERB	_	_	_	_	_	_
    3	my	my	PRON	_	_	_	_	_	_
    4	open	open	ADJ	_	_	_	_	_	_
    5	can	can	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = I know that he watches that play .
    1	I	I	PRON	_	_	_	_	_	_
    2	know	know	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	he	he	PRON	_	_	_	_	_	_
    5	watches	watch	VERB	_	_	_	_	_	_
    6	that	that	DET	_	_	_	_	_	_
    7	play	play	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = That was early .
    1	That	that	PRON	_	_	_	_	_	_
    2	was	be	AUX	_	_	_	_	_	_
    3	early	early	ADJ	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = I open this fast watch .
    1	I	I	PRON	_	_	_	_	_	_
    2	open	open	VERB	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	fast	fast	ADJ	_	_	_	_	_	_
    5	watch	watch	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = You like to open this fast watch .
    1	You	you	PRON	_	_	_	_	_	_
    2	like	like	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	open	open	VERB	_	_	_	_	_	_
    5	this	this	DET	_	_	_	_	_	_
    6	fast	fast	ADJ	_	_	_	_	_	_
    7	watch	watch	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = You like to rest early .
    1	You	you	PRON	_	_	_	_	_	_
    2	like	like	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	rest	rest	VERB	_	_	_	_	_	_
    5	early	early	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = We look like my cook .
    1	We	we	PRON	_	_	_	_	_	_
    2	look	look	VERB	_	_	_	_	_	_
    3	like	like	ADP	_	_	_	_	_	_
    4	my	my	PRON	_	_	_	_	_	_
    5	cook	cook	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Is the work early ?
    1	Is	be	AUX	_	_	_	_	_	_
    2	the	the	DET	_	_	_	_	_	_
    3	work	work	NOUN	_	_	_	_	_	_
    4	early	early	ADJ	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_

    # text = You saw her work .
    1	You	you	PRON	_	_	_	_	_	_
    2	saw	see	VERB	_	_	_	_	_	_
    3	her	her	PRON	_	_	_	_	_	_
    4	work	work	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = We'll watch the long walk .
    1-2	We'll	_	_	_	_	_	_	_	_
    1	We	we	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	watch	watch	VERB	_	_	_	_	_	_
    4	the	the	DET	_	_	_	_	_	_
    5	long	long	ADJ	_	_	_	_	_	_
    6	walk	walk	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = That play was good .
    1	That	that	DET	_	_	_	_	_	_
    2	play	play	NOUN	_	_	_	_	_	_
    3	was	be	AUX	_	_	_	_	_	_
    4	good	good	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = I'll light that lamp .
    1-2	I'll	_	_	_	_	_	_	_	_
    1	I	I	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	light	light	VERB	_	_	_	_	_	_
    4	that	that	DET	_	_	_	_	_	_
    5	lamp	lamp	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = We like to rest early .
    1	We	we	PRON	_	_	_	_	_	_
    2	like	like	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	rest	rest	VERB	_	_	_	_	_	_
    5	early	early	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = She's her cook .
    1-2	She's	_	_	_	_	_	_	_	_
    1	She	she	PRON	_	_	_	_	_	_
    2	's	be	AUX	_	_	_	_	_	_
    3	her	her	PRON	_	_	_	_	_	_
    4	cook	cook	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = They saw that plan .
    1	They	they	PRON	_	_	_	_	_	_
    2	saw	see	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	plan	plan	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Is that early play long ?
    1	Is	be	AUX	_	_	_	_	_	_
    2	that	that	DET	_	_	_	_	_	_
    3	early	early	ADJ	_	_	_	_	_	_
    4	play	play	NOUN	_	_	_	_	_	_
    5	long	long	ADJ	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = Do I light my lamp ?
    1	Do	do	AUX	_	_	_	_	_	_
    2	I	I	PRON	_	_	_	_	_	_
    3	light	light	VERB	_	_	_	_	_	_
    4	my	my	PRON	_	_	_	_	_	_
    5	lamp	lamp	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = You watch this light work .
    1	You	you	PRON	_	_	_	_	_	_
    2	watch	watch	VERB	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	light	light	ADJ	_	_	_	_	_	_
    5	work	work	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = We don't like my long walk .
    1	We	we	PRON	_	_	_	_	_	_
    2-3	don't	_	_	_	_	_	_	_	_
    2	do	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	like	like	VERB	_	_	_	_	_	_
    5	my	my	PRON	_	_	_	_	_	_
    6	long	long	ADJ	_	_	_	_	_	_
    7	walk	walk	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = We know that Tom watches the long walk .
    1	We	we	PRON	_	_	_	_	_	_
    2	know	know	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	Tom	Tom	PROPN	_	_	_	_	_	_
    5	watches	watch	VERB	_	_	_	_	_	_
    6	the	the	DET	_	_	_	_	_	_
    7	long	long	ADJ	_	_	_	_	_	_
    8	walk	walk	NOUN	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = She does not plan the walk .
    1	She	she	PRON	_	_	_	_	_	_
    2	does	do	AUX	_	_	_	_	_	_
    3	not	not	PART	_	_	_	_	_	_
    4	plan	plan	VERB	_	_	_	_	_	_
    5	the	the	DET	_	_	_	_	_	_
    6	walk	walk	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = This fast watch is dry .
    1	This	this	DET	_	_	_	_	_	_
    2	fast	fast	ADJ	_	_	_	_	_	_
    3	watch	watch	NOUN	_	_	_	_	_	_
    4	is	be	AUX	_	_	_	_	_	_
    5	dry	dry	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Does Anna open the watch ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	Anna	Anna	PROPN	_	_	_	_	_	_
    3	open	open	VERB	_	_	_	_	_	_
    4	the	the	DET	_	_	_	_	_	_
    5	watch	watch	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = We don't rest now .
    1	We	we	PRON	_	_	_	_	_	_
    2-3	don't	_	_	_	_	_	_	_	_
    2	do	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	rest	rest	VERB	_	_	_	_	_	_
    5	now	now	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = We'll dry her fast watch .
    1-2	We'll	_	_	_	_	_	_	_	_
    1	We	we	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	dry	dry	VERB	_	_	_	_	_	_
    4	her	her	PRON	_	_	_	_	_	_
    5	fast	fast	ADJ	_	_	_	_	_	_
    6	watch	watch	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = I'll do that work .
    1-2	I'll	_	_	_	_	_	_	_	_
    1	I	I	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	do	do	VERB	_	_	_	_	_	_
    4	that	that	DET	_	_	_	_	_	_
    5	work	work	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Tom watches the early play .
    1	Tom	Tom	PROPN	_	_	_	_	_	_
    2	watches	watch	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	early	early	ADJ	_	_	_	_	_	_
    5	play	play	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Do my work .
    1	Do	do	VERB	_	_	_	_	_	_
    2	my	my	PRON	_	_	_	_	_	_
    3	work	work	NOUN	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = The play was early .
    1	The	the	DET	_	_	_	_	_	_
    2	play	play	NOUN	_	_	_	_	_	_
    3	was	be	AUX	_	_	_	_	_	_
    4	early	early	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = She walks back .
    1	She	she	PRON	_	_	_	_	_	_
    2	walks	walk	VERB	_	_	_	_	_	_
    3	back	back	ADV	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = We don't play now .
    1	We	we	PRON	_	_	_	_	_	_
    2-3	don't	_	_	_	_	_	_	_	_
    2	do	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	play	play	VERB	_	_	_	_	_	_
    5	now	now	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = That was the light coat .
    1	That	that	PRON	_	_	_	_	_	_
    2	was	be	AUX	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	light	light	ADJ	_	_	_	_	_	_
    5	coat	coat	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Tom took that can .
    1	Tom	Tom	PROPN	_	_	_	_	_	_
    2	took	take	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	can	can	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = She's good .
    1-2	She's	_	_	_	_	_	_	_	_
    1	She	she	PRON	_	_	_	_	_	_
    2	's	be	AUX	_	_	_	_	_	_
    3	good	good	ADJ	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna doesn't clean this light coat .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2-3	doesn't	_	_	_	_	_	_	_	_
    2	does	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	clean	clean	VERB	_	_	_	_	_	_
    5	this	this	DET	_	_	_	_	_	_
    6	light	light	ADJ	_	_	_	_	_	_
    7	coat	coat	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = Does Tom walk fast ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	Tom	Tom	PROPN	_	_	_	_	_	_
    3	walk	walk	VERB	_	_	_	_	_	_
    4	fast	fast	ADV	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_

    # text = That plan was good .
    1	That	that	DET	_	_	_	_	_	_
    2	plan	plan	NOUN	_	_	_	_	_	_
    3	was	be	AUX	_	_	_	_	_	_
    4	good	good	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Do we play now ?
    1	Do	do	AUX	_	_	_	_	_	_
    2	we	we	PRON	_	_	_	_	_	_
    3	play	play	VERB	_	_	_	_	_	_
    4	now	now	ADV	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_

    # text = He plays now .
    1	He	he	PRON	_	_	_	_	_	_
    2	plays	play	VERB	_	_	_	_	_	_
    3	now	now	ADV	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = Was her long walk good ?
    1	Was	be	AUX	_	_	_	_	_	_
    2	her	her	PRON	_	_	_	_	_	_
    3	long	long	ADJ	_	_	_	_	_	_
    4	walk	walk	NOUN	_	_	_	_	_	_
    5	good	good	ADJ	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = He doesn't play early .
    1	He	he	PRON	_	_	_	_	_	_
    2-3	doesn't	_	_	_	_	_	_	_	_
    2	does	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	play	play	VERB	_	_	_	_	_	_
    5	early	early	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = She says that they watch this early play .
    1	She	she	PRON	_	_	_	_	_	_
    2	says	say	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	they	they	PRON	_	_	_	_	_	_
    5	watch	watch	VERB	_	_	_	_	_	_
    6	this	this	DET	_	_	_	_	_	_
    7	early	early	ADJ	_	_	_	_	_	_
    8	play	play	NOUN	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = Light this lamp .
    1	Light	light	VERB	_	_	_	_	_	_
    2	this	this	DET	_	_	_	_	_	_
    3	lamp	lamp	NOUN	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = Will Tom watch the play ?
    1	Will	will	AUX	_	_	_	_	_	_
    2	Tom	Tom	PROPN	_	_	_	_	_	_
    3	watch	watch	VERB	_	_	_	_	_	_
    4	the	the	DET	_	_	_	_	_	_
    5	play	play	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = We saw the early play .
    1	We	we	PRON	_	_	_	_	_	_
    2	saw	see	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	early	early	ADJ	_	_	_	_	_	_
    5	play	play	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = We do this work .
    1	We	we	PRON	_	_	_	_	_	_
    2	do	do	VERB	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	work	work	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Do you light this fire ?
    1	Do	do	AUX	_	_	_	_	_	_
    2	you	you	PRON	_	_	_	_	_	_
    3	light	light	VERB	_	_	_	_	_	_
    4	this	this	DET	_	_	_	_	_	_
    5	fire	fire	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = We saw the work .
    1	We	we	PRON	_	_	_	_	_	_
    2	saw	see	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	work	work	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Must Anna light this fire ?
    1	Must	must	AUX	_	_	_	_	_	_
    2	Anna	Anna	PROPN	_	_	_	_	_	_
    3	light	light	VERB	_	_	_	_	_	_
    4	this	this	DET	_	_	_	_	_	_
    5	fire	fire	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = Anna wants to light this fire .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2	wants	want	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	light	light	VERB	_	_	_	_	_	_
    5	this	this	DET	_	_	_	_	_	_
    6	fire	fire	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = That is the box .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	box	box	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = She must plan the walk .
    1	She	she	PRON	_	_	_	_	_	_
    2	must	must	AUX	_	_	_	_	_	_
    3	plan	plan	VERB	_	_	_	_	_	_
    4	the	the	DET	_	_	_	_	_	_
    5	walk	walk	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = I watch this early play .
    1	I	I	PRON	_	_	_	_	_	_
    2	watch	watch	VERB	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	early	early	ADJ	_	_	_	_	_	_
    5	play	play	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Play early .
    1	Play	play	VERB	_	_	_	_	_	_
    2	early	early	ADV	_	_	_	_	_	_
    3	.	.	PUNCT	_	_	_	_	_	_

    # text = You took my fast watch .
    1	You	you	PRON	_	_	_	_	_	_
    2	took	take	VERB	_	_	_	_	_	_
    3	my	my	PRON	_	_	_	_	_	_
    4	fast	fast	ADJ	_	_	_	_	_	_
    5	watch	watch	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Does Anna light that fire ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	Anna	Anna	PROPN	_	_	_	_	_	_
    3	light	light	VERB	_	_	_	_	_	_
    4	that	that	DET	_	_	_	_	_	_
    5	fire	fire	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = I know that she likes this light work .
    1	I	I	PRON	_	_	_	_	_	_
    2	know	know	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	she	she	PRON	_	_	_	_	_	_
    5	likes	like	VERB	_	_	_	_	_	_
    6	this	this	DET	_	_	_	_	_	_
    7	light	light	ADJ	_	_	_	_	_	_
    8	work	work	NOUN	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = Was her long walk long ?
    1	Was	be	AUX	_	_	_	_	_	_
    2	her	her	PRON	_	_	_	_	_	_
    3	long	long	ADJ	_	_	_	_	_	_
    4	walk	walk	NOUN	_	_	_	_	_	_
    5	long	long	ADJ	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = Play now .
    1	Play	play	VERB	_	_	_	_	_	_
    2	now	now	ADV	_	_	_	_	_	_
    3	.	.	PUNCT	_	_	_	_	_	_

    # text = They like to light the fire .
    1	They	they	PRON	_	_	_	_	_	_
    2	like	like	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	light	light	VERB	_	_	_	_	_	_
    5	the	the	DET	_	_	_	_	_	_
    6	fire	fire	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = Do they plan this long walk ?
    1	Do	do	AUX	_	_	_	_	_	_
    2	they	they	PRON	_	_	_	_	_	_
    3	plan	plan	VERB	_	_	_	_	_	_
    4	this	this	DET	_	_	_	_	_	_
    5	long	long	ADJ	_	_	_	_	_	_
    6	walk	walk	NOUN	_	_	_	_	_	_
    7	?	?	PUNCT	_	_	_	_	_	_

    # text = Her fast watch that Anna took is dry .
    1	Her	her	PRON	_	_	_	_	_	_
    2	fast	fast	ADJ	_	_	_	_	_	_
    3	watch	watch	NOUN	_	_	_	_	_	_
    4	that	that	PRON	_	_	_	_	_	_
    5	Anna	Anna	PROPN	_	_	_	_	_	_
    6	took	take	VERB	_	_	_	_	_	_
    7	is	be	AUX	_	_	_	_	_	_
    8	dry	dry	ADJ	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = She's fast .
    1-2	She's	_	_	_	_	_	_	_	_
    1	She	she	PRON	_	_	_	_	_	_
    2	's	be	AUX	_	_	_	_	_	_
    3	fast	fast	ADJ	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = This clean coat is dry .
    1	This	this	DET	_	_	_	_	_	_
    2	clean	clean	ADJ	_	_	_	_	_	_
    3	coat	coat	NOUN	_	_	_	_	_	_
    4	is	be	AUX	_	_	_	_	_	_
    5	dry	dry	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Is the light work early ?
    1	Is	be	AUX	_	_	_	_	_	_
    2	the	the	DET	_	_	_	_	_	_
    3	light	light	ADJ	_	_	_	_	_	_
    4	work	work	NOUN	_	_	_	_	_	_
    5	early	early	ADJ	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = He's good .
    1-2	He's	_	_	_	_	_	_	_	_
    1	He	he	PRON	_	_	_	_	_	_
    2	's	be	AUX	_	_	_	_	_	_
    3	good	good	ADJ	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = They don't walk fast .
    1	They	they	PRON	_	_	_	_	_	_
    2-3	don't	_	_	_	_	_	_	_	_
    2	do	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	walk	walk	VERB	_	_	_	_	_	_
    5	fast	fast	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Dry my watch .
    1	Dry	dry	VERB	_	_	_	_	_	_
    2	my	my	PRON	_	_	_	_	_	_
    3	watch	watch	NOUN	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = He plans that long walk .
    1	He	he	PRON	_	_	_	_	_	_
    2	plans	plan	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	long	long	ADJ	_	_	_	_	_	_
    5	walk	walk	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = I do not work early .
    1	I	I	PRON	_	_	_	_	_	_
    2	do	do	AUX	_	_	_	_	_	_
    3	not	not	PART	_	_	_	_	_	_
    4	work	work	VERB	_	_	_	_	_	_
    5	early	early	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = This can is light .
    1	This	this	DET	_	_	_	_	_	_
    2	can	can	NOUN	_	_	_	_	_	_
    3	is	be	AUX	_	_	_	_	_	_
    4	light	light	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = She says that we watch that walk .
    1	She	she	PRON	_	_	_	_	_	_
    2	says	say	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	we	we	PRON	_	_	_	_	_	_
    5	watch	watch	VERB	_	_	_	_	_	_
    6	that	that	DET	_	_	_	_	_	_
    7	walk	walk	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = Must I light that fire ?
    1	Must	must	AUX	_	_	_	_	_	_
    2	I	I	PRON	_	_	_	_	_	_
    3	light	light	VERB	_	_	_	_	_	_
    4	that	that	DET	_	_	_	_	_	_
    5	fire	fire	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = That was her open coat .
    1	That	that	PRON	_	_	_	_	_	_
    2	was	be	AUX	_	_	_	_	_	_
    3	her	her	PRON	_	_	_	_	_	_
    4	open	open	ADJ	_	_	_	_	_	_
    5	coat	coat	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Does Tom like the early play ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	Tom	Tom	PROPN	_	_	_	_	_	_
    3	like	like	VERB	_	_	_	_	_	_
    4	the	the	DET	_	_	_	_	_	_
    5	early	early	ADJ	_	_	_	_	_	_
    6	play	play	NOUN	_	_	_	_	_	_
    7	?	?	PUNCT	_	_	_	_	_	_

    # text = I'll dry her dry can .
    1-2	I'll	_	_	_	_	_	_	_	_
    1	I	I	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	dry	dry	VERB	_	_	_	_	_	_
    4	her	her	PRON	_	_	_	_	_	_
    5	dry	dry	ADJ	_	_	_	_	_	_
    6	can	can	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = I will rest early .
    1	I	I	PRON	_	_	_	_	_	_
    2	will	will	AUX	_	_	_	_	_	_
    3	rest	rest	VERB	_	_	_	_	_	_
    4	early	early	ADV	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = They took that watch .
    1	They	they	PRON	_	_	_	_	_	_
    2	took	take	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	watch	watch	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = She wants to dry that open can .
    1	She	she	PRON	_	_	_	_	_	_
    2	wants	want	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	dry	dry	VERB	_	_	_	_	_	_
    5	that	that	DET	_	_	_	_	_	_
    6	open	open	ADJ	_	_	_	_	_	_
    7	can	can	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = Tom doesn't do my work .
    1	Tom	Tom	PROPN	_	_	_	_	_	_
    2-3	doesn't	_	_	_	_	_	_	_	_
    2	does	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	do	do	VERB	_	_	_	_	_	_
    5	my	my	PRON	_	_	_	_	_	_
    6	work	work	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = She took the watch .
    1	She	she	PRON	_	_	_	_	_	_
    2	took	take	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	watch	watch	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = I'll dry her fast watch .
    1-2	I'll	_	_	_	_	_	_	_	_
    1	I	I	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	dry	dry	VERB	_	_	_	_	_	_
    4	her	her	PRON	_	_	_	_	_	_
    5	fast	fast	ADJ	_	_	_	_	_	_
    6	watch	watch	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = Was this long walk early ?
    1	Was	be	AUX	_	_	_	_	_	_
    2	this	this	DET	_	_	_	_	_	_
    3	long	long	ADJ	_	_	_	_	_	_
    4	walk	walk	NOUN	_	_	_	_	_	_
    5	early	early	ADJ	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = We like to do this work .
    1	We	we	PRON	_	_	_	_	_	_
    2	like	like	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	do	do	VERB	_	_	_	_	_	_
    5	this	this	DET	_	_	_	_	_	_
    6	work	work	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = The work is long .
    1	The	the	DET	_	_	_	_	_	_
    2	work	work	NOUN	_	_	_	_	_	_
    3	is	be	AUX	_	_	_	_	_	_
    4	long	long	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Tom wants to open the watch .
    1	Tom	Tom	PROPN	_	_	_	_	_	_
    2	wants	want	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	open	open	VERB	_	_	_	_	_	_
    5	the	the	DET	_	_	_	_	_	_
    6	watch	watch	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = Can he dry that fast watch ?
    1	Can	can	AUX	_	_	_	_	_	_
    2	he	he	PRON	_	_	_	_	_	_
    3	dry	dry	VERB	_	_	_	_	_	_
    4	that	that	DET	_	_	_	_	_	_
    5	fast	fast	ADJ	_	_	_	_	_	_
    6	watch	watch	NOUN	_	_	_	_	_	_
    7	?	?	PUNCT	_	_	_	_	_	_

    # text = Is that light work early ?
    1	Is	be	AUX	_	_	_	_	_	_
    2	that	that	DET	_	_	_	_	_	_
    3	light	light	ADJ	_	_	_	_	_	_
    4	work	work	NOUN	_	_	_	_	_	_
    5	early	early	ADJ	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = You can walk home .
    1	You	you	PRON	_	_	_	_	_	_
    2	can	can	AUX	_	_	_	_	_	_
    3	walk	walk	VERB	_	_	_	_	_	_
    4	home	home	ADV	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = He says that I light that lamp .
    1	He	he	PRON	_	_	_	_	_	_
    2	says	say	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	I	I	PRON	_	_	_	_	_	_
    5	light	light	VERB	_	_	_	_	_	_
    6	that	that	DET	_	_	_	_	_	_
    7	lamp	lamp	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = That was this open can .
    1	That	that	PRON	_	_	_	_	_	_
    2	was	be	AUX	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	open	open	ADJ	_	_	_	_	_	_
    5	can	can	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = This can that he took was dry .
    1	This	this	DET	_	_	_	_	_	_
    2	can	can	NOUN	_	_	_	_	_	_
    3	that	that	PRON	_	_	_	_	_	_
    4	he	he	PRON	_	_	_	_	_	_
    5	took	take	VERB	_	_	_	_	_	_
    6	was	be	AUX	_	_	_	_	_	_
    7	dry	dry	ADJ	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = That is her clean box .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	her	her	PRON	_	_	_	_	_	_
    4	clean	clean	ADJ	_	_	_	_	_	_
    5	box	box	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = I do not clean her open coat .
    1	I	I	PRON	_	_	_	_	_	_
    2	do	do	AUX	_	_	_	_	_	_
    3	not	not	PART	_	_	_	_	_	_
    4	clean	clean	VERB	_	_	_	_	_	_
    5	her	her	PRON	_	_	_	_	_	_
    6	open	open	ADJ	_	_	_	_	_	_
    7	coat	coat	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = That was that watch .
    1	That	that	PRON	_	_	_	_	_	_
    2	was	be	AUX	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	watch	watch	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = He took that can .
    1	He	he	PRON	_	_	_	_	_	_
    2	took	take	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	can	can	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = That was this can .
    1	That	that	PRON	_	_	_	_	_	_
    2	was	be	AUX	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	can	can	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = You like to work early .
    1	You	you	PRON	_	_	_	_	_	_
    2	like	like	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	work	work	VERB	_	_	_	_	_	_
    5	early	early	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = That is this clean can .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	clean	clean	ADJ	_	_	_	_	_	_
    5	can	can	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = We don't light the lamp .
    1	We	we	PRON	_	_	_	_	_	_
    2-3	don't	_	_	_	_	_	_	_	_
    2	do	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	light	light	VERB	_	_	_	_	_	_
    5	the	the	DET	_	_	_	_	_	_
    6	lamp	lamp	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = You dry that box .
    1	You	you	PRON	_	_	_	_	_	_
    2	dry	dry	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	box	box	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Tom lights that fire .
    1	Tom	Tom	PROPN	_	_	_	_	_	_
    2	lights	light	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	fire	fire	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Do they watch my play ?
    1	Do	do	AUX	_	_	_	_	_	_
    2	they	they	PRON	_	_	_	_	_	_
    3	watch	watch	VERB	_	_	_	_	_	_
    4	my	my	PRON	_	_	_	_	_	_
    5	play	play	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = We'll rest early .
    1-2	We'll	_	_	_	_	_	_	_	_
    1	We	we	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	rest	rest	VERB	_	_	_	_	_	_
    4	early	early	ADV	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Must I dry that box ?
    1	Must	must	AUX	_	_	_	_	_	_
    2	I	I	PRON	_	_	_	_	_	_
    3	dry	dry	VERB	_	_	_	_	_	_
    4	that	that	DET	_	_	_	_	_	_
    5	box	box	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = This work is early .
    1	This	this	DET	_	_	_	_	_	_
    2	work	work	NOUN	_	_	_	_	_	_
    3	is	be	AUX	_	_	_	_	_	_
    4	early	early	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = You took her open coat .
    1	You	you	PRON	_	_	_	_	_	_
    2	took	take	VERB	_	_	_	_	_	_
    3	her	her	PRON	_	_	_	_	_	_
    4	open	open	ADJ	_	_	_	_	_	_
    5	coat	coat	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Must they play now ?
    1	Must	must	AUX	_	_	_	_	_	_
    2	they	they	PRON	_	_	_	_	_	_
    3	play	play	VERB	_	_	_	_	_	_
    4	now	now	ADV	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_

    # text = I look like her cook .
    1	I	I	PRON	_	_	_	_	_	_
    2	look	look	VERB	_	_	_	_	_	_
    3	like	like	ADP	_	_	_	_	_	_
    4	her	her	PRON	_	_	_	_	_	_
    5	cook	cook	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = That early play is long .
    1	That	that	DET	_	_	_	_	_	_
    2	early	early	ADJ	_	_	_	_	_	_
    3	play	play	NOUN	_	_	_	_	_	_
    4	is	be	AUX	_	_	_	_	_	_
    5	long	long	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = This fast watch is open .
    1	This	this	DET	_	_	_	_	_	_
    2	fast	fast	ADJ	_	_	_	_	_	_
    3	watch	watch	NOUN	_	_	_	_	_	_
    4	is	be	AUX	_	_	_	_	_	_
    5	open	open	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Will they clean the can ?
    1	Will	will	AUX	_	_	_	_	_	_
    2	they	they	PRON	_	_	_	_	_	_
    3	clean	clean	VERB	_	_	_	_	_	_
    4	the	the	DET	_	_	_	_	_	_
    5	can	can	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = I like to work early .
    1	I	I	PRON	_	_	_	_	_	_
    2	like	like	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	work	work	VERB	_	_	_	_	_	_
    5	early	early	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = He wants to walk back .
    1	He	he	PRON	_	_	_	_	_	_
    2	wants	want	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	walk	walk	VERB	_	_	_	_	_	_
    5	back	back	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = The long walk was good .
    1	The	the	DET	_	_	_	_	_	_
    2	long	long	ADJ	_	_	_	_	_	_
    3	walk	walk	NOUN	_	_	_	_	_	_
    4	was	be	AUX	_	_	_	_	_	_
    5	good	good	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = The clean box that you took is dry .
    1	The	the	DET	_	_	_	_	_	_
    2	clean	clean	ADJ	_	_	_	_	_	_
    3	box	box	NOUN	_	_	_	_	_	_
    4	that	that	PRON	_	_	_	_	_	_
    5	you	you	PRON	_	_	_	_	_	_
    6	took	take	VERB	_	_	_	_	_	_
    7	is	be	AUX	_	_	_	_	_	_
    8	dry	dry	ADJ	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = Watch the plan .
    1	Watch	watch	VERB	_	_	_	_	_	_
    2	the	the	DET	_	_	_	_	_	_
    3	plan	plan	NOUN	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = Must we light that fire ?
    1	Must	must	AUX	_	_	_	_	_	_
    2	we	we	PRON	_	_	_	_	_	_
    3	light	light	VERB	_	_	_	_	_	_
    4	that	that	DET	_	_	_	_	_	_
    5	fire	fire	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = You like to clean the dry coat .
    1	You	you	PRON	_	_	_	_	_	_
    2	like	like	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	clean	clean	VERB	_	_	_	_	_	_
    5	the	the	DET	_	_	_	_	_	_
    6	dry	dry	ADJ	_	_	_	_	_	_
    7	coat	coat	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = That was this open box .
    1	That	that	PRON	_	_	_	_	_	_
    2	was	be	AUX	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	open	open	ADJ	_	_	_	_	_	_
    5	box	box	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = He wants to work early .
    1	He	he	PRON	_	_	_	_	_	_
    2	wants	want	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	work	work	VERB	_	_	_	_	_	_
    5	early	early	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = My watch that I took was dry .
    1	My	my	PRON	_	_	_	_	_	_
    2	watch	watch	NOUN	_	_	_	_	_	_
    3	that	that	PRON	_	_	_	_	_	_
    4	I	I	PRON	_	_	_	_	_	_
    5	took	take	VERB	_	_	_	_	_	_
    6	was	be	AUX	_	_	_	_	_	_
    7	dry	dry	ADJ	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = She doesn't do that work .
    1	She	she	PRON	_	_	_	_	_	_
    2-3	doesn't	_	_	_	_	_	_	_	_
    2	does	do	AUX	_	_	_	_	_	_
    3	n't	not	PART	_	_	_	_	_	_
    4	do	do	VERB	_	_	_	_	_	_
    5	that	that	DET	_	_	_	_	_	_
    6	work	work	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = Tom saw the light work .
    1	Tom	Tom	PROPN	_	_	_	_	_	_
    2	saw	see	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	light	light	ADJ	_	_	_	_	_	_
    5	work	work	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Like that play .
    1	Like	like	VERB	_	_	_	_	_	_
    2	that	that	DET	_	_	_	_	_	_
    3	play	play	NOUN	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = I know that Tom plans my walk .
    1	I	I	PRON	_	_	_	_	_	_
    2	know	know	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	Tom	Tom	PROPN	_	_	_	_	_	_
    5	plans	plan	VERB	_	_	_	_	_	_
    6	my	my	PRON	_	_	_	_	_	_
    7	walk	walk	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = That watch was open .
    1	That	that	DET	_	_	_	_	_	_
    2	watch	watch	NOUN	_	_	_	_	_	_
    3	was	be	AUX	_	_	_	_	_	_
    4	open	open	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = He works now .
    1	He	he	PRON	_	_	_	_	_	_
    2	works	work	VERB	_	_	_	_	_	_
    3	now	now	ADV	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = She plays early .
    1	She	she	PRON	_	_	_	_	_	_
    2	plays	play	VERB	_	_	_	_	_	_
    3	early	early	ADV	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = Walk back .
    1	Walk	walk	VERB	_	_	_	_	_	_
    2	back	back	ADV	_	_	_	_	_	_
    3	.	.	PUNCT	_	_	_	_	_	_

    # text = Was this work good ?
    1	Was	be	AUX	_	_	_	_	_	_
    2	this	this	DET	_	_	_	_	_	_
    3	work	work	NOUN	_	_	_	_	_	_
    4	good	good	ADJ	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_

    # text = We saw the light work .
    1	We	we	PRON	_	_	_	_	_	_
    2	saw	see	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	light	light	ADJ	_	_	_	_	_	_
    5	work	work	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = They do this work .
    1	They	they	PRON	_	_	_	_	_	_
    2	do	do	VERB	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	work	work	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Rest now .
    1	Rest	rest	VERB	_	_	_	_	_	_
    2	now	now	ADV	_	_	_	_	_	_
    3	.	.	PUNCT	_	_	_	_	_	_

    # text = They do not rest now .
    1	They	they	PRON	_	_	_	_	_	_
    2	do	do	AUX	_	_	_	_	_	_
    3	not	not	PART	_	_	_	_	_	_
    4	rest	rest	VERB	_	_	_	_	_	_
    5	now	now	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_


    """#

  static let taggerTest = #"""
    # text = That open coat that Tom took was dry .
    1	That	that	DET	_	_	_	_	_	_
    2	open	open	ADJ	_	_	_	_	_	_
    3	coat	coat	NOUN	_	_	_	_	_	_
    4	that	that	PRON	_	_	_	_	_	_
    5	Tom	Tom	PROPN	_	_	_	_	_	_
    6	took	take	VERB	_	_	_	_	_	_
    7	was	be	AUX	_	_	_	_	_	_
    8	dry	dry	ADJ	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna took the clean box .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2	took	take	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	clean	clean	ADJ	_	_	_	_	_	_
    5	box	box	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = He's my cook .
    1-2	He's	_	_	_	_	_	_	_	_
    1	He	he	PRON	_	_	_	_	_	_
    2	's	be	AUX	_	_	_	_	_	_
    3	my	my	PRON	_	_	_	_	_	_
    4	cook	cook	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Does he plan this long walk ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	he	he	PRON	_	_	_	_	_	_
    3	plan	plan	VERB	_	_	_	_	_	_
    4	this	this	DET	_	_	_	_	_	_
    5	long	long	ADJ	_	_	_	_	_	_
    6	walk	walk	NOUN	_	_	_	_	_	_
    7	?	?	PUNCT	_	_	_	_	_	_

    # text = We like to do that work .
    1	We	we	PRON	_	_	_	_	_	_
    2	like	like	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	do	do	VERB	_	_	_	_	_	_
    5	that	that	DET	_	_	_	_	_	_
    6	work	work	NOUN	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = Does he plan her work ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	he	he	PRON	_	_	_	_	_	_
    3	plan	plan	VERB	_	_	_	_	_	_
    4	her	her	PRON	_	_	_	_	_	_
    5	work	work	NOUN	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = We like to open that fast watch .
    1	We	we	PRON	_	_	_	_	_	_
    2	like	like	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	open	open	VERB	_	_	_	_	_	_
    5	that	that	DET	_	_	_	_	_	_
    6	fast	fast	ADJ	_	_	_	_	_	_
    7	watch	watch	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = The can is dry .
    1	The	the	DET	_	_	_	_	_	_
    2	can	can	NOUN	_	_	_	_	_	_
    3	is	be	AUX	_	_	_	_	_	_
    4	dry	dry	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = This watch was light .
    1	This	this	DET	_	_	_	_	_	_
    2	watch	watch	NOUN	_	_	_	_	_	_
    3	was	be	AUX	_	_	_	_	_	_
    4	light	light	ADJ	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = We saw that play .
    1	We	we	PRON	_	_	_	_	_	_
    2	saw	see	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	play	play	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = He says that they open this watch .
    1	He	he	PRON	_	_	_	_	_	_
    2	says	say	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	they	they	PRON	_	_	_	_	_	_
    5	open	open	VERB	_	_	_	_	_	_
    6	this	this	DET	_	_	_	_	_	_
    7	watch	watch	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = Work early .
    1	Work	work	VERB	_	_	_	_	_	_
    2	early	early	ADV	_	_	_	_	_	_
    3	.	.	PUNCT	_	_	_	_	_	_

    # text = We know that he walks to that light .
    1	We	we	PRON	_	_	_	_	_	_
    2	know	know	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	he	he	PRON	_	_	_	_	_	_
    5	walks	walk	VERB	_	_	_	_	_	_
    6	to	to	ADP	_	_	_	_	_	_
    7	that	that	DET	_	_	_	_	_	_
    8	light	light	NOUN	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = Was this light work early ?
    1	Was	be	AUX	_	_	_	_	_	_
    2	this	this	DET	_	_	_	_	_	_
    3	light	light	ADJ	_	_	_	_	_	_
    4	work	work	NOUN	_	_	_	_	_	_
    5	early	early	ADJ	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = I saw the play .
    1	I	I	PRON	_	_	_	_	_	_
    2	saw	see	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	play	play	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Does Anna walk to this light ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	Anna	Anna	PROPN	_	_	_	_	_	_
    3	walk	walk	VERB	_	_	_	_	_	_
    4	to	to	ADP	_	_	_	_	_	_
    5	this	this	DET	_	_	_	_	_	_
    6	light	light	NOUN	_	_	_	_	_	_
    7	?	?	PUNCT	_	_	_	_	_	_

    # text = That was my dry coat .
    1	That	that	PRON	_	_	_	_	_	_
    2	was	be	AUX	_	_	_	_	_	_
    3	my	my	PRON	_	_	_	_	_	_
    4	dry	dry	ADJ	_	_	_	_	_	_
    5	coat	coat	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna saw the work .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2	saw	see	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	work	work	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = I saw that plan .
    1	I	I	PRON	_	_	_	_	_	_
    2	saw	see	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	plan	plan	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = I do not open the light can .
    1	I	I	PRON	_	_	_	_	_	_
    2	do	do	AUX	_	_	_	_	_	_
    3	not	not	PART	_	_	_	_	_	_
    4	open	open	VERB	_	_	_	_	_	_
    5	the	the	DET	_	_	_	_	_	_
    6	light	light	ADJ	_	_	_	_	_	_
    7	can	can	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = He opens that dry can .
    1	He	he	PRON	_	_	_	_	_	_
    2	opens	open	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	dry	dry	ADJ	_	_	_	_	_	_
    5	can	can	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna likes this plan .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2	likes	like	VERB	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	plan	plan	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = That was that clean box .
    1	That	that	PRON	_	_	_	_	_	_
    2	was	be	AUX	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	clean	clean	ADJ	_	_	_	_	_	_
    5	box	box	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Her open box was open .
    1	Her	her	PRON	_	_	_	_	_	_
    2	open	open	ADJ	_	_	_	_	_	_
    3	box	box	NOUN	_	_	_	_	_	_
    4	was	be	AUX	_	_	_	_	_	_
    5	open	open	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = I'll walk fast .
    1-2	I'll	_	_	_	_	_	_	_	_
    1	I	I	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	walk	walk	VERB	_	_	_	_	_	_
    4	fast	fast	ADV	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Her dry can that she took was dry .
    1	Her	her	PRON	_	_	_	_	_	_
    2	dry	dry	ADJ	_	_	_	_	_	_
    3	can	can	NOUN	_	_	_	_	_	_
    4	that	that	PRON	_	_	_	_	_	_
    5	she	she	PRON	_	_	_	_	_	_
    6	took	take	VERB	_	_	_	_	_	_
    7	was	be	AUX	_	_	_	_	_	_
    8	dry	dry	ADJ	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = The light can was clean .
    1	The	the	DET	_	_	_	_	_	_
    2	light	light	ADJ	_	_	_	_	_	_
    3	can	can	NOUN	_	_	_	_	_	_
    4	was	be	AUX	_	_	_	_	_	_
    5	clean	clean	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = She watches that work .
    1	She	she	PRON	_	_	_	_	_	_
    2	watches	watch	VERB	_	_	_	_	_	_
    3	that	that	DET	_	_	_	_	_	_
    4	work	work	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = She says that I plan this play .
    1	She	she	PRON	_	_	_	_	_	_
    2	says	say	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	I	I	PRON	_	_	_	_	_	_
    5	plan	plan	VERB	_	_	_	_	_	_
    6	this	this	DET	_	_	_	_	_	_
    7	play	play	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = That was her watch .
    1	That	that	PRON	_	_	_	_	_	_
    2	was	be	AUX	_	_	_	_	_	_
    3	her	her	PRON	_	_	_	_	_	_
    4	watch	watch	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = That was my watch .
    1	That	that	PRON	_	_	_	_	_	_
    2	was	be	AUX	_	_	_	_	_	_
    3	my	my	PRON	_	_	_	_	_	_
    4	watch	watch	NOUN	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna can do that work .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2	can	can	AUX	_	_	_	_	_	_
    3	do	do	VERB	_	_	_	_	_	_
    4	that	that	DET	_	_	_	_	_	_
    5	work	work	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = That fast watch that you took is light .
    1	That	that	DET	_	_	_	_	_	_
    2	fast	fast	ADJ	_	_	_	_	_	_
    3	watch	watch	NOUN	_	_	_	_	_	_
    4	that	that	PRON	_	_	_	_	_	_
    5	you	you	PRON	_	_	_	_	_	_
    6	took	take	VERB	_	_	_	_	_	_
    7	is	be	AUX	_	_	_	_	_	_
    8	light	light	ADJ	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = My clean coat is dry .
    1	My	my	PRON	_	_	_	_	_	_
    2	clean	clean	ADJ	_	_	_	_	_	_
    3	coat	coat	NOUN	_	_	_	_	_	_
    4	is	be	AUX	_	_	_	_	_	_
    5	dry	dry	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = They dry the light coat .
    1	They	they	PRON	_	_	_	_	_	_
    2	dry	dry	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	light	light	ADJ	_	_	_	_	_	_
    5	coat	coat	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = I watch the early play .
    1	I	I	PRON	_	_	_	_	_	_
    2	watch	watch	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	early	early	ADJ	_	_	_	_	_	_
    5	play	play	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = You took the clean box .
    1	You	you	PRON	_	_	_	_	_	_
    2	took	take	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	clean	clean	ADJ	_	_	_	_	_	_
    5	box	box	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = I'll clean this can .
    1-2	I'll	_	_	_	_	_	_	_	_
    1	I	I	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	clean	clean	VERB	_	_	_	_	_	_
    4	this	this	DET	_	_	_	_	_	_
    5	can	can	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = We know that Anna likes this light work .
    1	We	we	PRON	_	_	_	_	_	_
    2	know	know	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	Anna	Anna	PROPN	_	_	_	_	_	_
    5	likes	like	VERB	_	_	_	_	_	_
    6	this	this	DET	_	_	_	_	_	_
    7	light	light	ADJ	_	_	_	_	_	_
    8	work	work	NOUN	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = Was this long walk long ?
    1	Was	be	AUX	_	_	_	_	_	_
    2	this	this	DET	_	_	_	_	_	_
    3	long	long	ADJ	_	_	_	_	_	_
    4	walk	walk	NOUN	_	_	_	_	_	_
    5	long	long	ADJ	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = That clean coat that he took was dry .
    1	That	that	DET	_	_	_	_	_	_
    2	clean	clean	ADJ	_	_	_	_	_	_
    3	coat	coat	NOUN	_	_	_	_	_	_
    4	that	that	PRON	_	_	_	_	_	_
    5	he	he	PRON	_	_	_	_	_	_
    6	took	take	VERB	_	_	_	_	_	_
    7	was	be	AUX	_	_	_	_	_	_
    8	dry	dry	ADJ	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = They do not play now .
    1	They	they	PRON	_	_	_	_	_	_
    2	do	do	AUX	_	_	_	_	_	_
    3	not	not	PART	_	_	_	_	_	_
    4	play	play	VERB	_	_	_	_	_	_
    5	now	now	ADV	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = The light work was good .
    1	The	the	DET	_	_	_	_	_	_
    2	light	light	ADJ	_	_	_	_	_	_
    3	work	work	NOUN	_	_	_	_	_	_
    4	was	be	AUX	_	_	_	_	_	_
    5	good	good	ADJ	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna says that you rest early .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2	says	say	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	you	you	PRON	_	_	_	_	_	_
    5	rest	rest	VERB	_	_	_	_	_	_
    6	early	early	ADV	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = He does not clean this open box .
    1	He	he	PRON	_	_	_	_	_	_
    2	does	do	AUX	_	_	_	_	_	_
    3	not	not	PART	_	_	_	_	_	_
    4	clean	clean	VERB	_	_	_	_	_	_
    5	this	this	DET	_	_	_	_	_	_
    6	open	open	ADJ	_	_	_	_	_	_
    7	box	box	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna says that you like the work .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2	says	say	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	you	you	PRON	_	_	_	_	_	_
    5	like	like	VERB	_	_	_	_	_	_
    6	the	the	DET	_	_	_	_	_	_
    7	work	work	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = That is the open box .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	open	open	ADJ	_	_	_	_	_	_
    5	box	box	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = You clean this light box .
    1	You	you	PRON	_	_	_	_	_	_
    2	clean	clean	VERB	_	_	_	_	_	_
    3	this	this	DET	_	_	_	_	_	_
    4	light	light	ADJ	_	_	_	_	_	_
    5	box	box	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Must Anna play now ?
    1	Must	must	AUX	_	_	_	_	_	_
    2	Anna	Anna	PROPN	_	_	_	_	_	_
    3	play	play	VERB	_	_	_	_	_	_
    4	now	now	ADV	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_

    # text = We'll play now .
    1-2	We'll	_	_	_	_	_	_	_	_
    1	We	we	PRON	_	_	_	_	_	_
    2	'll	will	AUX	_	_	_	_	_	_
    3	play	play	VERB	_	_	_	_	_	_
    4	now	now	ADV	_	_	_	_	_	_
    5	.	.	PUNCT	_	_	_	_	_	_

    # text = They know that Anna likes that play .
    1	They	they	PRON	_	_	_	_	_	_
    2	know	know	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	Anna	Anna	PROPN	_	_	_	_	_	_
    5	likes	like	VERB	_	_	_	_	_	_
    6	that	that	DET	_	_	_	_	_	_
    7	play	play	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = They walk back .
    1	They	they	PRON	_	_	_	_	_	_
    2	walk	walk	VERB	_	_	_	_	_	_
    3	back	back	ADV	_	_	_	_	_	_
    4	.	.	PUNCT	_	_	_	_	_	_

    # text = Anna cleans the open can .
    1	Anna	Anna	PROPN	_	_	_	_	_	_
    2	cleans	clean	VERB	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	open	open	ADJ	_	_	_	_	_	_
    5	can	can	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = Does she plan this light work ?
    1	Does	do	AUX	_	_	_	_	_	_
    2	she	she	PRON	_	_	_	_	_	_
    3	plan	plan	VERB	_	_	_	_	_	_
    4	this	this	DET	_	_	_	_	_	_
    5	light	light	ADJ	_	_	_	_	_	_
    6	work	work	NOUN	_	_	_	_	_	_
    7	?	?	PUNCT	_	_	_	_	_	_

    # text = That is the clean coat .
    1	That	that	PRON	_	_	_	_	_	_
    2	is	be	AUX	_	_	_	_	_	_
    3	the	the	DET	_	_	_	_	_	_
    4	clean	clean	ADJ	_	_	_	_	_	_
    5	coat	coat	NOUN	_	_	_	_	_	_
    6	.	.	PUNCT	_	_	_	_	_	_

    # text = She says that they walk back .
    1	She	she	PRON	_	_	_	_	_	_
    2	says	say	VERB	_	_	_	_	_	_
    3	that	that	SCONJ	_	_	_	_	_	_
    4	they	they	PRON	_	_	_	_	_	_
    5	walk	walk	VERB	_	_	_	_	_	_
    6	back	back	ADV	_	_	_	_	_	_
    7	.	.	PUNCT	_	_	_	_	_	_

    # text = They like to dry my light box .
    1	They	they	PRON	_	_	_	_	_	_
    2	like	like	VERB	_	_	_	_	_	_
    3	to	to	PART	_	_	_	_	_	_
    4	dry	dry	VERB	_	_	_	_	_	_
    5	my	my	PRON	_	_	_	_	_	_
    6	light	light	ADJ	_	_	_	_	_	_
    7	box	box	NOUN	_	_	_	_	_	_
    8	.	.	PUNCT	_	_	_	_	_	_

    # text = Was this light work long ?
    1	Was	be	AUX	_	_	_	_	_	_
    2	this	this	DET	_	_	_	_	_	_
    3	light	light	ADJ	_	_	_	_	_	_
    4	work	work	NOUN	_	_	_	_	_	_
    5	long	long	ADJ	_	_	_	_	_	_
    6	?	?	PUNCT	_	_	_	_	_	_

    # text = Her light box that I took is clean .
    1	Her	her	PRON	_	_	_	_	_	_
    2	light	light	ADJ	_	_	_	_	_	_
    3	box	box	NOUN	_	_	_	_	_	_
    4	that	that	PRON	_	_	_	_	_	_
    5	I	I	PRON	_	_	_	_	_	_
    6	took	take	VERB	_	_	_	_	_	_
    7	is	be	AUX	_	_	_	_	_	_
    8	clean	clean	ADJ	_	_	_	_	_	_
    9	.	.	PUNCT	_	_	_	_	_	_

    # text = Will we play early ?
    1	Will	will	AUX	_	_	_	_	_	_
    2	we	we	PRON	_	_	_	_	_	_
    3	play	play	VERB	_	_	_	_	_	_
    4	early	early	ADV	_	_	_	_	_	_
    5	?	?	PUNCT	_	_	_	_	_	_


    """#
}
